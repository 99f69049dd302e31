"""An nginx that speaks TLS, with certificates of an authority made for the occasion.

It answers "over HTTP/2" or "over h1", so that the length of a body tells the protocol.
"""
import os
import shutil
import socket
import subprocess
import tempfile
import time

H2_BYTES, H1_BYTES = len("over HTTP/2"), len("over h1")

_CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log warn;
events {{ }}
http {{
  access_log off; keepalive_requests 100000;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  ssl_certificate {folder}/leaf.pem; ssl_certificate_key {folder}/leaf.key;
  map $server_protocol $protocol {{ HTTP/2.0 "HTTP/2"; default "h1"; }}
  server {{ listen 127.0.0.1:{ports[h2]} ssl http2; listen 127.0.0.2:{ports[h2]} ssl http2;
            return 200 "over $protocol"; }}
  server {{ listen 127.0.0.1:{ports[h1]} ssl; return 200 "over $protocol"; }}
  server {{ listen 127.0.0.1:{ports[mutual]} ssl; ssl_client_certificate {folder}/ca.pem;
            ssl_verify_client on; return 200 "over $protocol"; }}
}}
"""


def missing():
    """What is not installed that this needs; empty when it can start."""
    return [name for name in ("nginx", "openssl") if _program(name) is None]


class TlsOrigin:
    """Ports: `h2` offers HTTP/2, `h1` does not, `mutual` asks for a client certificate."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="tls-")
        make_certificates(self._folder.name)
        self.ports = dict(zip(("h2", "h1", "mutual"), _free_ports(3)))
        with open(self.file("nginx.conf"), "w") as file:
            file.write(_CONFIGURATION.format(folder=self._folder.name, ports=self.ports))
        self._nginx = subprocess.Popen(
            [_program("nginx"), "-e", self.file("error.log"), "-p", self._folder.name,
             "-c", self.file("nginx.conf")], stderr=subprocess.DEVNULL)
        _wait_for(self.ports["h2"])

    def close(self):
        self._nginx.terminate()
        self._nginx.wait()
        self._folder.cleanup()

    def file(self, name):
        """Of ca.pem, leaf.pem and leaf.key."""
        return os.path.join(self._folder.name, name)

    def url(self, port="h2", host="127.0.0.1"):
        return f"https://{host}:{self.ports[port]}/"


def make_certificates(folder):
    """An authority, and a leaf for localhost and 127.0.0.1 that both servers and clients may show."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    _openssl(folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Test CA",
             "-days", "2")
    _openssl(folder, "req", *key, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=localhost")
    with open(os.path.join(folder, "extensions"), "w") as file:
        file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n"
                   "authorityKeyIdentifier=keyid\n")
    _openssl(folder, "x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
             "-CAcreateserial", "-out", "leaf.pem", "-days", "2", "-extfile", "extensions")


def _openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def _program(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def _free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _wait_for(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("nginx did not start")
