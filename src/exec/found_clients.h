/* Which clients of a sweep are there: asked once each, before the first run. */
#ifndef HB_EXEC_FOUND_CLIENTS_H
#define HB_EXEC_FOUND_CLIENTS_H

#include "registry/registry.h"
#include "scenario/scenario.h"

struct hb_found_clients {
    const struct hb_registry *registry;
    const struct hb_scenario *scenario;
    int interrupt_fd;
    struct hb_availability *found; /* by index into the scenario's; filled for those asked for */
};

void hb_found_clients_init(struct hb_found_clients *clients, const struct hb_registry *registry,
                           const struct hb_scenario *scenario, int interrupt_fd);
void hb_found_clients_release(struct hb_found_clients *clients);

/* Ask for one, unless it has been. Fails only for reasons of our own. */
int hb_found_clients_ask(struct hb_found_clients *clients, uint32_t client,
                         struct hb_error *err) HB_MUST_CHECK;

/* HB_ERR_UNAVAILABLE with the reasons and remedies of all that were asked for and are missing. */
int hb_found_clients_refuse_missing(const struct hb_found_clients *clients,
                                    struct hb_error *err) HB_MUST_CHECK;

#endif
