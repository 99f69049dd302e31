/* A comparison of two versions is one of all that came with them, and a branch is something else
 * tomorrow: who reads "regressed" must know. */
#include "cli/dependency_notices.h"

#include <string.h>

#include "cli/notices.h"
#include "registry/choice.h"
#include "registry/dependencies.h"
#include "registry/receipt.h"

enum { SHORT_HASH = 12 };

static const struct hb_client_spec *find_side(const struct hb_scenario *scenario, const char *label,
                                              uint32_t subject)
{
    for (size_t i = 0; i < scenario->clients_count; i++) {
        if (scenario->clients[i].subject == subject &&
            strcmp(scenario->clients[i].label, label) == 0)
            return &scenario->clients[i];
    }
    return NULL;
}

static const char *describe(struct hb_cli *cli, const char *library,
                            const struct hb_dependency_change *change)
{
    if (change->base == NULL)
        return hb_arena_printf(&cli->arena, "%s: only the head has %s (%s)", library, change->name,
                               change->head);
    if (change->head == NULL)
        return hb_arena_printf(&cli->arena, "%s: only the base has %s (%s)", library, change->name,
                               change->base);
    return hb_arena_printf(&cli->arena, "%s: %s is %s in the base and %s in the head", library,
                           change->name, change->base, change->head);
}

/* Whether it is named by what it is: git:URL@HASH. */
static bool names_its_state(const struct hb_package *package, const char *state)
{
    const char *at = strrchr(package->value, '@');

    return strcmp(state, package->value) == 0 || (at != NULL && strcmp(state, at + 1) == 0);
}

/* "head: git:origin/main is commit 3f2a91c07b14" */
static void add_origins(struct hb_cli *cli, const struct hb_registry *registry,
                        const struct hb_scenario *scenario, const struct hb_client_spec *client,
                        struct hb_strings *notices)
{
    const struct hb_choice *choice = client->entry->choice;

    for (size_t i = 0; choice != NULL && i < choice->packages_count; i++) {
        const char *state = hb_receipt_state(registry->env_dir, hb_entry_environment(client->entry),
                                             i, &cli->arena);

        if (state[0] == '\0' || names_its_state(&choice->packages[i], state))
            continue;
        hb_notices_add(notices, hb_arena_printf(&cli->arena, "%s: %s %s %.*s",
                                                scenario->subjects[client->subject].name,
                                                choice->packages[i].text,
                                                choice->packages[i].kind == HB_PACKAGE_PATH
                                                    ? "holds files with the hash"
                                                    : "is commit",
                                                SHORT_HASH, state));
    }
}

static void add_changes(struct hb_cli *cli, const struct hb_registry *registry,
                        const struct hb_client_spec *base, const struct hb_client_spec *head,
                        struct hb_strings *notices)
{
    const struct hb_entry *const entries[2] = {base->entry, head->entry};
    const struct hb_dependencies sides[2] = {
        hb_dependencies_read(registry, base->entry, &cli->arena),
        hb_dependencies_read(registry, head->entry, &cli->arena),
    };
    const struct hb_dependency_change *changes;
    size_t count;

    hb_dependencies_compare(sides, entries, &cli->arena, &changes, &count);
    for (size_t i = 0; i < count; i++) {
        if (!changes[i].own)
            hb_notices_add(notices, describe(cli, base->entry->name, &changes[i]));
    }
}

struct hb_strings hb_dependency_notices(struct hb_cli *cli, const struct hb_registry *registry,
                                        const struct hb_scenario *scenario)
{
    struct hb_strings notices = hb_notices_new(cli);

    for (size_t i = 0; i < scenario->clients_count; i++) {
        if (scenario->clients[i].subject <= 1) /* the control is the base */
            add_origins(cli, registry, scenario, &scenario->clients[i], &notices);
    }
    for (size_t i = 0; i < scenario->clients_count; i++) {
        const struct hb_client_spec *base = &scenario->clients[i];
        const struct hb_client_spec *head = find_side(scenario, base->label, 1);

        if (base->subject == 0 && head != NULL)
            add_changes(cli, registry, base, head, &notices);
    }
    return notices;
}
