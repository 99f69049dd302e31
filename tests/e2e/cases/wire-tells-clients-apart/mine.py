"""A client that sends a header nobody asked for: http.client of the standard library, through the kit."""

import http.client
import platform
import sys
from urllib.parse import urlsplit

if sys.argv[1:] == ["--version"]:
    print(platform.python_version())
    sys.exit()
sys.path.insert(0, sys.argv[1])

import hb_kit  # noqa: E402


class MineClient(hb_kit.Client):
    name = "mine"
    modes = ("sync",)

    def version(self):
        return platform.python_version()

    def prepare(self, request):
        target = urlsplit(request.url)
        return request.method, target.path, request.body, dict(request.headers) | {"X-Extra": "mine"}

    def sender(self, index):
        connection = http.client.HTTPConnection(urlsplit(self.job.requests[0].url).netloc)

        def send(call):
            method, path, body, headers = call
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, len(response.read()), 0

        return send


if __name__ == "__main__":
    hb_kit.run(MineClient)
