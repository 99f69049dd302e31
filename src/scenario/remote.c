/* Which load would leave this machine. Judged by how the host is written; nothing is looked up. */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "config/diag.h"
#include "scenario/load.h"

static bool is_this_machine(const char *host)
{
    struct in6_addr v6;
    struct in_addr v4;

    if (strcasecmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

const char *hb_server_remote_host(const struct hb_server_spec *server, struct hb_arena *arena)
{
    const char *host;

    if (server->url == NULL)
        return NULL;
    host = hb_origin_host(arena, server->url);
    return is_this_machine(host) ? NULL : host;
}

static bool is_listed(const char *host, const char *const *list)
{
    for (; list != NULL && *list != NULL; list++) {
        if (strcasecmp(host, *list) == 0)
            return true;
    }
    return false;
}

int hb_scenario_check_remote(const struct hb_scenario *scenario, const char *const *allowed,
                             struct hb_diags *diags)
{
    int result = 0;

    for (size_t i = 0; i < scenario->servers_count; i++) {
        const struct hb_server_spec *server = &scenario->servers[i];
        const char *host = hb_server_remote_host(server, &diags->arena);

        if (host == NULL || is_listed(host, scenario->allow_remote) || is_listed(host, allowed))
            continue;
        result = hb_diag(diags, server->place, "load would leave this machine, for %s",
                         hb_quote(diags, host));
        hb_diag_hint(diags, "if that is yours to load: allow_remote: [%s], or --allow-remote %s",
                     host, host);
    }
    return result;
}
