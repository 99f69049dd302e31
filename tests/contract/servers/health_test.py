"""Under load, one of three instances is killed: who notices? And what if it is the proxy itself?

No client may see an error beyond the requests that were in flight; the others take over in equal parts;
and all of that is in the results. The end of the proxy costs one run: it is started again.

usage: health_test.py HTTP-BENCHMARK SERVER
"""

import os
import signal
import sys
import tempfile
import time
import unittest

import support

PROGRAM, SERVER = sys.argv.pop(1), sys.argv.pop(1)
support.require(PROGRAM, SERVER)
CONCURRENCY = 16


def scenario(durations):
    return {
        "name": "health",
        "matrix": {"servers": [SERVER], "clients": ["libcurl/async"], "urls": ["/get"],
                   "concurrency": [CONCURRENCY], "duration": durations},
        "run": {"warmup": "500ms", "rounds": 1, "yardstick": False},
    }


def kept(pid):
    """[(pid, name)] of what the sweep's keepers have started."""
    return [(child, name) for keeper, keeper_name in support.children(pid).items() if keeper_name == "hb-keeper"
            for child, name in support.children(keeper).items()]


def kill(sweep, choose):
    """Wait for the load, let it run into the window, kill one of the programs by its name."""
    def is_loaded():
        return any(name == "hb-client-libcurl" for _, name in kept(sweep.pid)) or sweep.poll() is not None

    support.wait_until(is_loaded, 60, "the start of the load")
    time.sleep(1.5)
    victims = [pid for pid, name in kept(sweep.pid) if choose(name)]
    if victims:
        os.kill(victims[0], signal.SIGKILL)


def kill_an_instance(sweep):
    kill(sweep, lambda name: name == "hb-server-builtin")


def kill_the_proxy(sweep):
    kill(sweep, lambda name: not name.startswith("hb-"))


def shares(run):
    """Of the window's requests, what each instance that lived on had."""
    counts = [item["window_requests"] for item in run["programs"][1:] if not item["ended"]]
    return [count / sum(counts) for count in counts]


class Health(unittest.TestCase):
    def measure(self, sweeps, disturb=None):
        run = sweeps.run(120, disturb)["runs"][0]
        self.assertEqual((run["status"], run["failure"]), ("ok", ""))
        return run

    def test_the_end_of_the_proxy_costs_one_run(self):
        with tempfile.TemporaryDirectory() as folder:
            sweeps = support.Sweeps(PROGRAM, folder, scenario(["3s", "3001ms"]))
            runs = sweeps.run(120, kill_the_proxy)["runs"]
        self.assertEqual([run["status"] for run in runs], ["failed", "ok"])
        self.assertIn(f"server {SERVER} ended during the run", runs[0]["failure"])
        self.assertEqual(runs[1]["failed"], 0)
        self.assertNotIn("server_degraded", runs[1]["flags"])

    def test_the_others_take_over_and_clients_do_not_notice(self):
        with tempfile.TemporaryDirectory() as folder:
            sweeps = support.Sweeps(PROGRAM, folder, scenario(["4s"]))
            before = self.measure(sweeps)
            after = self.measure(sweeps, kill_an_instance)
        print(f"{SERVER}: before {shares(before)} errors {before['failed']}, "
              f"after {shares(after)} errors {after['failed']} of {after['verified']}")

        self.assertEqual(before["failed"], 0)
        self.assertEqual(len(shares(before)), 3)
        self.assertNotIn("server_degraded", before["flags"])
        for share in shares(before):
            self.assertAlmostEqual(share, 1 / 3, delta=0.12)

        self.assertLessEqual(after["failed"], CONCURRENCY)
        self.assertGreater(after["verified"], 0)
        self.assertEqual([item["ended"] for item in after["programs"]].count(True), 1)
        self.assertIn("server_degraded", after["flags"])
        for share in shares(after):
            self.assertAlmostEqual(share, 1 / 2, delta=0.12)


if __name__ == "__main__":
    unittest.main()
