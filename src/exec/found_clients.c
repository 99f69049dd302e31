/* Version commands are slow, so each client is asked once a sweep. Whether one that is missing is a
 * reason to refuse is the executor's business. */
#include "exec/found_clients.h"

#include <string.h>

#include "base/buf.h"
#include "base/memory.h"

void hb_found_clients_init(struct hb_found_clients *clients, const struct hb_registry *registry,
                           const struct hb_scenario *scenario, int interrupt_fd)
{
    *clients = (struct hb_found_clients){registry, scenario, interrupt_fd, NULL};
    clients->found = hb_calloc(scenario->clients_count, sizeof *clients->found);
}

void hb_found_clients_release(struct hb_found_clients *clients)
{
    hb_free_ptr(&clients->found);
}

/* Subjects that leave a client alone, and the control, have the same one. */
static const struct hb_availability *known_twin(const struct hb_found_clients *clients,
                                                uint32_t client)
{
    const struct hb_client_spec *specs = clients->scenario->clients;

    for (uint32_t i = client; i > 0 && strcmp(specs[i - 1].canonical, specs[client].canonical) == 0;
         i--) {
        if (specs[i - 1].entry == specs[client].entry && clients->found[i - 1].available)
            return &clients->found[i - 1];
    }
    return NULL;
}

int hb_found_clients_ask(struct hb_found_clients *clients, uint32_t client, struct hb_error *err)
{
    struct hb_availability *availability = &clients->found[client];
    const struct hb_availability *twin;

    if (availability->available || availability->reason[0] != '\0')
        return 0;
    twin = known_twin(clients, client);
    if (twin != NULL) {
        *availability = *twin;
        return 0;
    }
    if (hb_registry_probe_until(clients->registry, clients->scenario->clients[client].entry,
                                clients->interrupt_fd, availability, err) < 0)
        return -1;
    if (!availability->available && availability->reason[0] == '\0')
        strcpy(availability->reason, "not available");
    return 0;
}

static bool is_said(const struct hb_buf *text, const char *line)
{
    return text->length > 0 && strstr(hb_buf_text(text), line) != NULL;
}

/* Of clients of several subjects only those that lack different things. */
int hb_found_clients_refuse_missing(const struct hb_found_clients *clients, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text = {.maximum = HB_ERROR_MESSAGE_BYTES};
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;

    hb_arena_init(&arena);
    for (size_t i = 0; i < clients->scenario->clients_count; i++) {
        const struct hb_availability *client = &clients->found[i];
        const char *line;

        if (client->reason[0] == '\0')
            continue;
        line = hb_arena_printf(&arena, "%s: %s; %s", clients->scenario->clients[i].label,
                               client->reason, client->remedy);
        if (!is_said(&text, line))
            hb_buf_printf(&text, "%s%s", text.length > 0 ? "\n" : "", line);
    }
    return text.length > 0 ? hb_fail(err, HB_ERR_UNAVAILABLE, "%s", hb_buf_text(&text)) : 0;
}
