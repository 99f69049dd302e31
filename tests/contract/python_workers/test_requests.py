"""What worker_contract.py does not ask of the requests worker: its options, exact headers and TLS."""

import pathlib
import ssl
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from scripted_origin import Origin, Reader, ok  # noqa: E402
from worker_driver import make_job, run_job  # noqa: E402

COMMAND = [sys.executable, str(HERE.parents[2] / "src/clients/python/requests_client.py")]


class TlsOrigin:
    """Answers /ok over TLS for the name `origin.test` only, with a certificate of its own authority."""

    def __init__(self, folder):
        self.authority, self.certificate, self.key = (str(folder / name) for name in
                                                      ("ca.pem", "leaf.pem", "leaf.key"))
        self._make_certificates(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        self.names = []
        context.sni_callback = lambda _, name, __: self.names.append(name)
        self._context = context
        self._origin = Origin()
        self._origin._serve = self._serve
        self.url = self._origin.url("/ok").replace("http:", "https:")
        self.close = self._origin.close

    def _make_certificates(self, folder):
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], check=True, capture_output=True, cwd=folder)

        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority")
        openssl("req", *key, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=leaf")
        (folder / "leaf.cnf").write_text("subjectAltName=DNS:origin.test\nauthorityKeyIdentifier=keyid\n"
                                         "basicConstraints=CA:FALSE\n")
        openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-extfile", "leaf.cnf", "-out", "leaf.pem")

    def _serve(self, connection, _):
        try:
            with self._context.wrap_socket(connection, server_side=True) as stream:
                reader = Reader(stream)
                while reader.until(b"\r\n\r\n") is not None:
                    stream.sendall(ok(b"hello"))
        except OSError:
            pass


class Requests(unittest.TestCase):
    def run_job(self, job, duration_s=3):
        result = run_job(COMMAND, job, duration_s)
        self.assertIsNotNone(result.done, (result.ready, result.stderr))
        return result


class OverCleartext(Requests):
    def setUp(self):
        self.origin = Origin()
        self.addCleanup(self.origin.close)

    def job(self, headers=(), path="/ok", **changes):
        entry = {"method": "GET", "url": self.origin.url(path), "headers": list(headers)}
        defaults = {"requests": [entry], "concurrency": 1, "max_requests": 1}
        return make_job("requests", "sync", "", **{**defaults, **changes})

    def test_no_header_is_sent_but_those_given_and_host(self):
        given = [("X-One", "1"), ("accept", "text/plain"), ("X-Text", "naïve ☃")]
        self.run_job(self.job(given))
        (request,) = self.origin.requests
        sent = [(name, value.encode("latin-1").decode()) for name, value in request.headers]
        self.assertEqual(sent, [("Host", f"127.0.0.1:{self.origin.port}"), *given])

    def test_headers_that_the_library_would_set_are_sent_as_given(self):
        given = [("User-Agent", "me"), ("Accept-Encoding", "identity"), ("Connection", "keep-alive")]
        self.run_job(self.job(given))
        (request,) = self.origin.requests
        self.assertEqual(request.headers[1:], given)

    def test_a_repeated_header_is_joined_and_the_report_told(self):
        result = self.run_job(self.job([("X-A", "1"), ("X-B", "2"), ("X-A", "3")]))
        self.assertEqual(self.origin.requests[0].header("X-A"), ["1, 3"])
        self.assertIn("headers", [entry["what"] for entry in result.ready["cannot_honour"]])

    def test_one_session_for_all_keeps_a_connection_for_each_task(self):
        result = self.run_job(self.job(path="/delay/20", concurrency=4, max_requests=40,
                                       options={"session": "shared"}))
        self.assertEqual(result.outcomes(), {"ok": 40})
        self.assertEqual(result.done["connections"], len(self.origin.connection_instants_ns))
        self.assertLessEqual(result.done["connections"], 4)
        self.assertGreaterEqual(result.done["connections"], 3)

    def test_the_environment_is_ignored_unless_asked_for(self):
        refused = {"http_proxy": "http://127.0.0.1:9", "no_proxy": ""}
        for trusted, outcome in ((False, "ok"), (True, "connect")):
            with self.subTest(trust_env=trusted):
                job = self.job(options={"trust_env": trusted})
                command = ["env", *(f"{name}={value}" for name, value in refused.items()), *COMMAND]
                self.assertEqual(run_job(command, job, 3).outcomes(), {outcome: 1})

    def test_cookies_are_not_sent_back(self):
        self.origin._do_cookie = lambda connection, *_: connection.sendall(
            ok(b"", "Set-Cookie: a=b; Path=/\r\n"))
        self.run_job(self.job(path="/cookie", max_requests=2))
        self.assertEqual([request.header("Cookie") for request in self.origin.requests], [[], []])


class OverTls(Requests):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.origin = TlsOrigin(pathlib.Path(folder.name))
        cls.addClassCleanup(cls.origin.close)

    def outcome(self, **tls):
        trust = {"verify": True, "ca": None, "cert": None, "key": None, "server_name": None, **tls}
        job = make_job("requests", "sync", self.origin.url, concurrency=1, max_requests=2, tls=trust)
        result = self.run_job(job)
        (outcome,) = result.outcomes()
        return outcome

    def test_a_chain_to_the_given_authority_is_trusted(self):
        self.assertEqual(self.outcome(ca=self.origin.authority, server_name="origin.test"), "ok")
        self.assertEqual(self.origin.names[-1], "origin.test")

    def test_an_unknown_authority_is_a_tls_failure(self):
        self.assertEqual(self.outcome(server_name="origin.test"), "tls")

    def test_another_name_is_a_tls_failure(self):
        self.assertEqual(self.outcome(ca=self.origin.authority), "tls")

    def test_without_verification_any_certificate_will_do(self):
        self.assertEqual(self.outcome(verify=False), "ok")


if __name__ == "__main__":
    unittest.main()
