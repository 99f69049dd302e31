/*
 * hb-server-builtin: a server with httpbin's endpoints on loopback, fast enough not to be what a
 * client benchmark measures. README.md tells what it answers and where it differs from httpbin.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "servers/builtin/control.h"
#include "servers/builtin/number.h"

static const char usage[] =
    "Usage: hb-server-builtin [--host ADDRESS] [--port N] [--certificate FILE --key FILE]\n"
    "Serve httpbin's endpoints on a loopback address.\n"
    "\n"
    "  --host ADDRESS      loopback address to listen on (default 127.0.0.1)\n"
    "  --port N            port to listen on; 0 lets the system choose (default 0)\n"
    "  --certificate FILE  speak TLS with this certificate (PEM, then its authority's)\n"
    "  --key FILE          and its private key (PEM)\n"
    "  --help              show this text\n"
    "  --version           show the version\n"
    "\n"
    "Says on standard output, in JSON, where it listens. The line \"counts\" on standard input is\n"
    "answered with the numbers of requests, connections and bytes so far. The end of standard\n"
    "input, SIGTERM or SIGINT stops it.\n";

enum { PEM_BYTES_MAX = 65536 };

struct options {
    const char *host;
    uint16_t port;
    const char *certificate, *key; /* both or none */
    const char *answer;            /* --help or --version: print this and stop */
};

static int parse_port(uint16_t *ret_port, const char *text, struct hb_error *err)
{
    uint64_t value;

    if (!hb_number_unsigned(hb_span_of(text), &value) || value > UINT16_MAX)
        return hb_fail(err, HB_ERR_INPUT, "--port: '%s' is not a number from 0 to 65535", text);
    *ret_port = (uint16_t)value;
    return 0;
}

static int parse_options(struct options *options, int argc, char **argv, struct hb_error *err)
{
    static const struct option table[] = {{"host", required_argument, NULL, 'h'},
                                          {"port", required_argument, NULL, 'p'},
                                          {"certificate", required_argument, NULL, 'c'},
                                          {"key", required_argument, NULL, 'k'},
                                          {"help", no_argument, NULL, 'H'},
                                          {"version", no_argument, NULL, 'V'},
                                          {0}};
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
        if (option == 'h')
            options->host = optarg;
        else if (option == 'c')
            options->certificate = optarg;
        else if (option == 'k')
            options->key = optarg;
        else if (option == 'H')
            options->answer = usage;
        else if (option == 'V')
            options->answer = "hb-server-builtin " HB_VERSION "\n";
        else if (option != 'p')
            return hb_fail(err, HB_ERR_INPUT, "'%s': no such option, or its value is missing",
                           argv[optind - 1]);
        else if (parse_port(&options->port, optarg, err) != 0)
            return -1;
    }
    if (optind < argc)
        return hb_fail(err, HB_ERR_INPUT, "unexpected argument '%s'", argv[optind]);
    if ((options->certificate == NULL) != (options->key == NULL))
        return hb_fail(err, HB_ERR_INPUT, "--certificate and --key go together");
    return 0;
}

/* Texts for TLS; none where none is wanted. */
static int read_tls(const struct options *options, struct hb_buf *certificate, struct hb_buf *key,
                    struct hb_error *err)
{
    if (options->certificate == NULL)
        return 0;
    if (hb_buf_read_file(certificate, options->certificate, err) != 0)
        return -1;
    return hb_buf_read_file(key, options->key, err);
}

static int serve(const struct options *options, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf certificate = {.maximum = PEM_BYTES_MAX};
    HB_CLEANUP(hb_buf_release) struct hb_buf key = {.maximum = PEM_BYTES_MAX};
    struct hb_server_tls tls;
    struct hb_listener listener;
    struct hb_server server;
    int signal_fd HB_CLEANUP(hb_fd_close) = hb_control_prepare(err);
    int result;

    if (signal_fd < 0 || read_tls(options, &certificate, &key, err) != 0 ||
        hb_listener_open(&listener, options->host, options->port, err) != 0)
        return -1;
    tls = (struct hb_server_tls){certificate.data, key.data};
    result = hb_server_start(&server, listener, options->certificate != NULL ? &tls : NULL, err);
    if (result == 0)
        result = hb_control_run(&server, signal_fd, err);
    hb_server_stop(&server);
    return result;
}

int main(int argc, char **argv)
{
    struct options options = {.host = "127.0.0.1"};
    struct hb_error err = {0};

    if (parse_options(&options, argc, argv, &err) == 0) {
        if (options.answer != NULL)
            return fputs(options.answer, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
        if (serve(&options, &err) == 0)
            return EXIT_SUCCESS;
    }
    fprintf(stderr, "hb-server-builtin: %s\n", err.message);
    return hb_error_exit_code(err.code);
}
