"""The outcomes a worker may report, one taxonomy for all languages (docs/worker-protocol.md).

7 (status) and 9 (verify) are missing: judging a complete response is the runner's business.
"""

OK = 0
DNS = 1
CONNECT = 2
TLS = 3
TIMEOUT = 4
RESET = 5
PROTOCOL = 6
LENGTH = 8
CLIENT_EXCEPTION = 10

NAMES = {
    OK: "ok", DNS: "dns", CONNECT: "connect", TLS: "tls", TIMEOUT: "timeout", RESET: "reset",
    PROTOCOL: "protocol", LENGTH: "length", CLIENT_EXCEPTION: "client_exception",
}
