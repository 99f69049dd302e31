"""One of three instances is killed under load: who notices?

No client may see an error beyond the requests that were in flight; the others take over in equal parts;
and all of that is in the results.

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
SCENARIO = {
    "name": "health",
    "matrix": {"servers": [SERVER], "clients": ["libcurl/async"], "urls": ["/get"], "concurrency": [CONCURRENCY],
               "duration": ["4s"]},
    "run": {"warmup": "500ms", "rounds": 1},
}


def named(pid, name):
    return sorted(number for number, program in support.descendants(pid).items() if program == name)


def kill_an_instance(sweep):
    """Wait for the load, let it run into the window, kill."""
    support.wait_until(lambda: named(sweep.pid, "hb-client-libcurl") or sweep.poll() is not None, 60,
                       "the start of the load")
    if sweep.poll() is None:
        time.sleep(1.5)
        os.kill(named(sweep.pid, "hb-server-builtin")[0], signal.SIGKILL)


def shares(run):
    """Of the window's requests, what each instance that lived on had."""
    counts = [item["window_requests"] for item in run["programs"][1:] if not item["ended"]]
    return [count / sum(counts) for count in counts]


class Health(unittest.TestCase):
    def measure(self, sweeps, disturb=None):
        run = sweeps.run(120, disturb)["runs"][0]
        self.assertEqual((run["status"], run["failure"]), ("ok", ""))
        return run

    def test_the_others_take_over_and_clients_do_not_notice(self):
        with tempfile.TemporaryDirectory() as folder:
            sweeps = support.Sweeps(PROGRAM, folder, SCENARIO)
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
