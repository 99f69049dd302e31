/* serve: bring a server up by hand, until Ctrl-C. Its settings are read by the scenario language,
 * so that `-o workers=2` means here what `workers: 2` means there. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/json.h"
#include "cli/commands.h"
#include "exec/hop.h"
#include "exec/rundir.h"
#include "exec/topology.h"

#define SAFE_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+/-"

struct serve_options {
    int64_t port;
    struct hb_strings settings;
    bool json;
};

#define AT(member) offsetof(struct serve_options, member)

static const struct hb_option serve_option_table[] = {
    {"port", 'p', HB_VALUE_INTEGER, AT(port), "N", 1, 65535, NULL,
     "Listen there for HTTP (default: a free port)"},
    {"option", 'o', HB_VALUE_STRINGS, AT(settings), "KEY=VALUE", 0, 0, NULL,
     "A setting of the server, as a scenario would give it: instances=5; may be repeated"},
    {"json", 0, HB_VALUE_FLAG, AT(json), NULL, 0, 0, NULL, "Say where it is as JSON"},
};

/* ---- what to start ---- */

/* "workers=2" as ", workers: 2". */
static int put_setting(struct hb_buf *text, const char *setting, struct hb_error *err)
{
    size_t key = strcspn(setting, "=");
    const char *value = setting + key + 1;

    if (key == 0 || setting[key] == '\0' || strspn(setting, SAFE_CHARACTERS) != key ||
        *value == '\0' || value[strspn(value, SAFE_CHARACTERS)] != '\0')
        return hb_fail(err, HB_ERR_INPUT, "--option: expected KEY=VALUE, got '%.100s'", setting);
    hb_buf_printf(text, ", %.*s: %s", (int)key, setting, value);
    return 0;
}

/* The least scenario that names the server. */
static int write_scenario(const char *name, const struct serve_options *options,
                          struct hb_buf *text, struct hb_error *err)
{
    if (*name == '\0' || name[strspn(name, SAFE_CHARACTERS)] != '\0')
        return hb_fail(err, HB_ERR_INPUT, "no server '%.100s'; see 'http-benchmark list servers'",
                       name);
    hb_buf_printf(text, "name: serve\nmatrix:\n  clients: [noop]\n  servers: [{name: %s", name);
    if (options->port != 0)
        hb_buf_printf(text, ", port: %lld", (long long)options->port);
    for (size_t i = 0; i < options->settings.count; i++) {
        if (put_setting(text, options->settings.items[i], err) != 0)
            return -1;
    }
    hb_buf_puts(text, "}]\n");
    return 0;
}

static int read_spec(struct hb_cli *cli, const char *name, const struct serve_options *options,
                     const struct hb_registry *registry, const struct hb_server_spec **ret_spec,
                     struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    struct hb_scenario *scenario;

    hb_buf_init(&text, 1 << 16);
    if (write_scenario(name, options, &text, err) != 0 ||
        hb_cli_parse_scenario(cli, "(options)", hb_buf_text(&text), NULL, registry, &scenario,
                              err) != 0)
        return -1;
    *ret_spec = &scenario->servers[0];
    return 0;
}

/* ---- where it is ---- */

static void print_json(const struct hb_server_spec *spec, const struct hb_topology *topology)
{
    const struct {
        const char *key, *value;
    } texts[] = {
        {"server", spec->name},
        {"version", hb_topology_version(topology)},
        {"url", hb_topology_url(topology)},
        {"http", hb_topology_http_url(topology)},
        {"https", hb_topology_https_url(topology)},
        {"authority", hb_topology_authority(topology)},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(texts); i++) {
        printf("%s\"%s\": ", i == 0 ? "{" : ", ", texts[i].key);
        hb_json_write_string(stdout, texts[i].value);
    }
    printf(", \"programs\": [");
    for (size_t i = 0; i < hb_topology_hops(topology); i++) {
        const struct hb_hop *hop = hb_topology_hop(topology, i);

        printf("%s{\"name\": ", i == 0 ? "" : ", ");
        hb_json_write_string(stdout, hop->label);
        printf(", \"pid\": %d, \"url\": ", (int)hop->process.child.pid);
        hb_json_write_string(stdout, hop->http_url);
        printf("}");
    }
    printf("]}\n");
}

static void print_text(const struct hb_server_spec *spec, const struct hb_topology *topology)
{
    const char *https = hb_topology_https_url(topology);

    printf("%s is at %s (Ctrl-C stops it)\n", spec->name, hb_topology_url(topology));
    if (https != NULL) {
        if (hb_topology_http_url(topology) != NULL)
            printf("  HTTP      %s\n", hb_topology_http_url(topology));
        printf("  HTTPS     %s\n", https);
        printf("  trust     %s\n", hb_topology_authority(topology));
    }
    for (size_t i = 1; i < hb_topology_hops(topology); i++) {
        const struct hb_hop *hop = hb_topology_hop(topology, i);

        printf("  behind it %s, %s, process %d\n", hop->label, hop->http_url,
               (int)hop->process.child.pid);
    }
}

/* ---- until the end ---- */

static size_t count_ended(const struct hb_topology *topology)
{
    size_t ended = 0;

    for (size_t i = 0; i < hb_topology_hops(topology); i++)
        ended += hb_topology_hop(topology, i)->process.ended;
    return ended;
}

/* Wait for SIGINT, SIGTERM, or the server's own end. The end of an instance behind it is only told:
 * whether clients notice is what a proxy is for. */
static int wait_for_the_end(struct hb_cli *cli, struct hb_topology *topology, int signals,
                            struct hb_error *err)
{
    struct pollfd fds[] = {{.fd = signals, .events = POLLIN},
                           {.fd = hb_topology_fd(topology), .events = POLLIN}};
    size_t ended = 0;

    for (;;) {
        if (poll(fds, HB_ARRAY_LEN(fds), -1) < 0 && errno != EINTR)
            return hb_fail_errno(err, errno, "poll");
        if (fds[0].revents != 0)
            return 0;
        if (!hb_topology_serves(topology))
            return hb_fail(err, HB_ERR_RUN, "the server ended by itself: %s",
                           hb_topology_log_tail(topology));
        if (count_ended(topology) > ended) {
            ended = count_ended(topology);
            hb_cli_notice(cli, "%zu of the %zu instances behind it have ended", ended,
                          hb_topology_hops(topology) - 1);
        }
    }
}

static int open_signals(int *ret_fd, struct hb_error *err)
{
    sigset_t mask;

    sigemptyset(&mask);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGTERM);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    *ret_fd = signalfd(-1, &mask, SFD_CLOEXEC);
    return *ret_fd < 0 ? hb_fail_errno(err, errno, "signalfd") : 0;
}

static int run_serve(struct hb_cli *cli, const void *opaque, char *const *arguments, int count,
                     HB_UNUSED int *exit_code, struct hb_error *err)
{
    const struct serve_options *options = opaque;
    HB_CLEANUP(hb_fd_close) int signals = -1;
    const struct hb_server_spec *spec;
    struct hb_topology *topology;
    struct hb_registry registry;
    int result;

    if (hb_cli_load_registry(cli, &registry, err) != 0 ||
        read_spec(cli, count > 0 ? arguments[0] : "builtin", options, &registry, &spec, err) != 0 ||
        open_signals(&signals, err) != 0)
        return -1;
    hb_rundir_remove_stale();
    if (hb_topology_start(&registry, spec, "", &topology, err) != 0)
        return -1;
    if (options->json)
        print_json(spec, topology);
    else
        print_text(spec, topology);
    fflush(stdout);
    result = wait_for_the_end(cli, topology, signals, err);
    hb_topology_stop(topology);
    return result;
}

const struct hb_command hb_command_serve = {
    .name = "serve",
    .arguments = "[SERVER]",
    .summary = "Bring a server up by hand, until Ctrl-C",
    .description = "Start a server of the registry (builtin unless told) with all that stands "
                   "behind it on loopback, print its URLs and the file of the authority to trust, "
                   "and stop it on Ctrl-C.",
    .options = serve_option_table,
    .options_count = HB_ARRAY_LEN(serve_option_table),
    .options_bytes = sizeof(struct serve_options),
    .arguments_max = 1,
    .run = run_serve,
};
