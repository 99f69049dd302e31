/* serve: bring a server up by hand, until Ctrl-C. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/fd.h"
#include "cli/commands.h"
#include "exec/topology.h"

struct serve_options {
    int64_t port;
    bool json;
};

static const struct hb_option serve_option_table[] = {
    {"port", 'p', HB_VALUE_INTEGER, offsetof(struct serve_options, port), "N", 1, 65535, NULL,
     "Listen there (default: a free port)"},
    {"json", 0, HB_VALUE_FLAG, offsetof(struct serve_options, json), NULL, 0, 0, NULL,
     "Say where it is as JSON"},
};

/* Wait for SIGINT, SIGTERM, or the server's own end. */
static int wait_for_the_end(struct hb_topology *topology, int signals, struct hb_error *err)
{
    struct pollfd fds[] = {{.fd = signals, .events = POLLIN},
                           {.fd = hb_topology_fd(topology), .events = POLLIN}};

    for (;;) {
        if (poll(fds, HB_ARRAY_LEN(fds), -1) < 0 && errno != EINTR)
            return hb_fail_errno(err, errno, "poll");
        if (fds[0].revents != 0)
            return 0;
        if (!hb_topology_alive(topology))
            return hb_fail(err, HB_ERR_RUN, "the server ended by itself: %s",
                           hb_topology_log_tail(topology));
    }
}

static void print_place(const char *name, const char *url, bool json)
{
    if (json)
        printf("{\"server\": \"%s\", \"url\": \"%s\"}\n", name, url);
    else
        printf("%s is at %s (Ctrl-C stops it)\n", name, url);
    fflush(stdout);
}

static int serve(struct hb_cli *cli, const struct hb_entry *entry,
                 const struct hb_registry *registry, const struct serve_options *options,
                 struct hb_error *err)
{
    struct hb_server_spec spec = {.name = entry->name, .entry = entry, .options_json = "{}"};
    HB_CLEANUP(hb_fd_close) int signals = -1;
    struct hb_topology *topology;
    sigset_t mask;
    int result;

    if (options->port != 0 && hb_entry_option(entry, "port") == NULL)
        return hb_fail(err, HB_ERR_INPUT, "--port: %s does not take a port", entry->name);
    if (options->port != 0)
        spec.options_json =
            hb_arena_printf(&cli->arena, "{\"port\":%lld}", (long long)options->port);
    sigemptyset(&mask);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGTERM);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    signals = signalfd(-1, &mask, SFD_CLOEXEC);
    if (signals < 0)
        return hb_fail_errno(err, errno, "signalfd");
    if (hb_topology_start(registry, &spec, "", &topology, err) != 0)
        return -1;
    print_place(entry->name, hb_topology_url(topology), options->json);
    result = wait_for_the_end(topology, signals, err);
    hb_topology_stop(topology);
    return result;
}

static int run_serve(struct hb_cli *cli, const void *opaque, char *const *arguments, int count,
                     HB_UNUSED int *exit_code, struct hb_error *err)
{
    const struct serve_options *options = opaque;
    const char *name = count > 0 ? arguments[0] : "builtin";
    const struct hb_entry *entry;
    struct hb_registry registry;

    if (hb_cli_load_registry(cli, &registry, err) != 0)
        return -1;
    entry = hb_registry_find(&registry, HB_ENTRY_SERVER, name);
    if (entry == NULL)
        return hb_fail(err, HB_ERR_INPUT, "no server '%.100s'; see 'http-benchmark list servers'",
                       name);
    return serve(cli, entry, &registry, options, err);
}

const struct hb_command hb_command_serve = {
    .name = "serve",
    .arguments = "[SERVER]",
    .summary = "Bring a server up by hand, until Ctrl-C",
    .description = "Start a server of the registry (builtin unless told) on loopback, print its "
                   "URL, and stop it on Ctrl-C.",
    .options = serve_option_table,
    .options_count = HB_ARRAY_LEN(serve_option_table),
    .options_bytes = sizeof(struct serve_options),
    .arguments_max = 1,
    .run = run_serve,
};
