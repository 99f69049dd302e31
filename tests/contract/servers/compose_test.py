"""The compose files fill in the same templates as the program: no word is left over, every instance is named.

usage: compose_test.py SOURCE-FOLDER
"""

import pathlib
import re
import shutil
import subprocess
import sys
import unittest

import support

SOURCE = pathlib.Path(sys.argv.pop(1))
COMPOSE = SOURCE / "docs" / "compose"
WORD = re.compile(r"@[a-z0-9_ ]+@")
if shutil.which("awk") is None:
    sys.exit(support.SKIPPED)


def settings(name):
    """What the compose file hands to render.awk."""
    text = (COMPOSE / f"{name}.yaml").read_text()
    return {key: re.search(rf"^ +{key}: (.*)$", text, re.MULTILINE).group(1) for key in ("WORDS", "UPSTREAM")}


def render(name, template):
    given = settings(name)
    return subprocess.run(["awk", "-v", f"words={given['WORDS']}", "-v", f"upstream={given['UPSTREAM']}",
                           "-f", COMPOSE / "render.awk", SOURCE / "src" / "servers" / name / template],
                          check=True, capture_output=True, text=True).stdout


class Compose(unittest.TestCase):
    def check(self, name, template, instances, line):
        text = render(name, template)
        self.assertEqual(WORD.findall(text), [])
        self.assertEqual(re.findall(r"instance-\d:80", text), [f"instance-{i}:80" for i in range(1, instances + 1)])
        self.assertIn(line, text)
        self.assertNotIn("127.0.0.1", text)

    def test_nginx(self):
        self.check("nginx", "nginx.conf.in", 3, "listen 0.0.0.0:443 ssl")

    def test_traefik(self):
        self.check("traefik", "static.yml.in", 0, 'address: "0.0.0.0:80"')
        self.check("traefik", "dynamic.yml.in", 3, 'certFile: "/certificates/server.pem"')


if __name__ == "__main__":
    unittest.main()
