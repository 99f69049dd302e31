#!/usr/bin/env python3
"""TLS trust and HTTP/2 of the libcurl client, against nginx: tls_test.py HB-CLIENT-EPOLL HB-CLIENT-LIBCURL

Skipped (exit code 77) where nginx or openssl is not installed.
"""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from worker_driver import make_job, run_job  # noqa: E402

EPOLL = [os.path.abspath(sys.argv.pop(1))]
LIBCURL = [os.path.abspath(sys.argv.pop(1))]
NGINX = shutil.which("nginx") or ("/usr/sbin/nginx" if os.path.exists("/usr/sbin/nginx") else None)

CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log warn;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  ssl_certificate {folder}/leaf.pem; ssl_certificate_key {folder}/leaf.key;
  server {{ listen 127.0.0.1:{port} ssl http2; return 200 "hello"; }}
  server {{ listen 127.0.0.1:{h1_port} ssl; return 200 "hello"; }}
  server {{ listen 127.0.0.1:{mtls_port} ssl; ssl_client_certificate {folder}/ca.pem;
            ssl_verify_client on; return 200 "hello"; }}
}}
"""


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def make_certificates(folder):
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl(folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test CA",
            "-days", "2")
    openssl(folder, "req", *key, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=localhost")
    with open(os.path.join(folder, "extensions"), "w") as file:
        file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl(folder, "x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-out", "leaf.pem", "-days", "2", "-extfile", "extensions")


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_for(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("nginx did not start")


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="tls-")
        make_certificates(cls.folder.name)
        cls.port, cls.h1_port, cls.mtls_port = free_ports(3)
        path = os.path.join(cls.folder.name, "nginx.conf")
        with open(path, "w") as file:
            file.write(CONFIGURATION.format(folder=cls.folder.name, port=cls.port, h1_port=cls.h1_port,
                                            mtls_port=cls.mtls_port))
        cls.nginx = subprocess.Popen([NGINX, "-e", os.path.join(cls.folder.name, "error.log"), "-p",
                                      cls.folder.name, "-c", path], stderr=subprocess.DEVNULL)
        wait_for(cls.port)

    @classmethod
    def tearDownClass(cls):
        cls.nginx.terminate()
        cls.nginx.wait()
        cls.folder.cleanup()

    def file(self, name):
        return os.path.join(self.folder.name, name)

    def run_each_mode(self, port=None, host="127.0.0.1", http="1.1", **tls):
        trust = {"verify": True, "ca": None, "cert": None, "key": None, "server_name": None, **tls}
        for mode in ("sync", "async"):
            job = make_job("libcurl", mode, f"https://{host}:{port or self.port}/", concurrency=3,
                           max_requests=12, http=http, tls=trust)
            result = run_job(LIBCURL, job, duration_s=5)
            self.assertIsNotNone(result.done, (result.ready, result.stderr))
            yield mode, result

    def check_ok(self, **options):
        for mode, result in self.run_each_mode(**options):
            with self.subTest(mode):
                self.assertEqual(result.outcomes(), {"ok": 12})
                self.assertEqual(result.done["bytes"], 60)
                self.assertLessEqual(result.done["connections"], 3)

    def check_all(self, outcome, **options):
        for mode, result in self.run_each_mode(**options):
            with self.subTest(mode):
                self.assertEqual(result.outcomes(), {outcome: 12})

    def test_a_certificate_of_the_given_authority_is_trusted(self):
        self.check_ok(ca=self.file("ca.pem"))

    def test_a_certificate_of_an_unknown_authority_is_not(self):
        self.check_all("tls")

    def test_verification_can_be_turned_off(self):
        self.check_ok(verify=False)

    def test_the_server_asks_for_a_certificate(self):
        self.check_ok(port=self.mtls_port, ca=self.file("ca.pem"), cert=self.file("leaf.pem"),
                      key=self.file("leaf.key"))

    def test_an_authority_file_that_is_not_there_is_tls(self):
        self.check_all("tls", ca=self.file("missing.pem"))

    def test_http_2_has_a_connection_a_task(self):
        for mode, result in self.run_each_mode(http="2", ca=self.file("ca.pem")):
            with self.subTest(mode):
                self.assertEqual(result.ready["http"], "2")
                self.assertEqual(result.outcomes(), {"ok": 12})
                self.assertLessEqual(result.done["connections"], 3)

    def test_a_server_that_falls_back_to_http_1_1_is_no_success(self):
        self.check_all("protocol", port=self.h1_port, http="2", ca=self.file("ca.pem"))

    def test_what_a_client_cannot_do_is_unsupported(self):
        for command, client, mode, url, http in (
                (EPOLL, "epoll", "async", f"https://127.0.0.1:{self.port}/", "1.1"),
                (EPOLL, "epoll", "async", f"http://127.0.0.1:{self.port}/", "2"),
                (LIBCURL, "libcurl", "async", f"http://127.0.0.1:{self.port}/", "2")):
            with self.subTest(client=client, url=url, http=http):
                ready = run_job(command, make_job(client, mode, url, http=http)).ready
                self.assertEqual((ready["type"], ready["class"]), ("error", "unsupported"))


if __name__ == "__main__":
    if NGINX is None or shutil.which("openssl") is None:
        print("nginx or openssl is not installed")
        sys.exit(77)
    unittest.main()
