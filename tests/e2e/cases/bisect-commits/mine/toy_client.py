"""The worker of the library that is bisected."""

import http.client
import sys
from urllib.parse import urlsplit

sys.path.insert(0, sys.argv[1])

import hb_kit  # noqa: E402

with hb_kit.imports():
    import toy


class ToyClient(hb_kit.Client):
    name = "toy"
    modes = ("sync",)

    def version(self):
        return toy.__version__

    def prepare(self, request):
        target = urlsplit(request.url)
        return request.method, target.path, request.body, dict(request.headers)

    def sender(self, index):
        connection = http.client.HTTPConnection(urlsplit(self.job.requests[0].url).netloc)

        def send(call):
            method, path, body, headers = call
            toy.work()
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, len(response.read()), 0

        return send


if __name__ == "__main__":
    hb_kit.run(ToyClient)
