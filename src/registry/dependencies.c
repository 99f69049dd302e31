/* Lists out of receipts, and the merge of two of them. Names are compared as Python's index does,
 * which tells no names of npm or Go alike that are not. */
#include "registry/dependencies.h"

#include <stdlib.h>
#include <string.h>

#include "registry/choice.h"
#include "registry/receipt.h"
#include "registry/requirements.h"

static const char *interpreter_of(const struct hb_entry *entry)
{
    if (strcmp(entry->install_kind, "npm") == 0)
        return "node";
    return strcmp(entry->install_kind, "go") == 0 ? "go" : "python";
}

static int compare_names(const void *left, const void *right)
{
    const struct hb_dependency *a = left, *b = right;

    return strcasecmp(a->name, b->name);
}

static void add(struct hb_dependency *items, size_t *count, const char *name, const json_t *version,
                struct hb_arena *arena)
{
    const char *text = json_string_value(version);

    if (text != NULL)
        items[(*count)++] =
            (struct hb_dependency){hb_arena_strdup(arena, name), hb_arena_strdup(arena, text)};
}

struct hb_dependencies hb_dependencies_read(const struct hb_registry *registry,
                                            const struct hb_entry *entry, struct hb_arena *arena)
{
    json_t *receipt = hb_receipt_load(registry->env_dir, hb_entry_environment(entry));
    json_t *packages = json_object_get(receipt, "packages");
    json_t *interpreter = json_object_get(receipt, "interpreter");
    struct hb_dependency *items =
        hb_arena_calloc(arena, json_object_size(packages) + 1, sizeof *items);
    struct hb_dependencies result = {.known = json_is_object(packages), .items = items};
    const char *name;
    json_t *version;

    json_object_foreach(packages, name, version)
    {
        add(items, &result.count, name, version, arena);
    }
    add(items, &result.count, interpreter_of(entry), json_object_get(interpreter, "version"),
        arena);
    qsort(items, result.count, sizeof *items, compare_names);
    json_decref(receipt);
    return result;
}

static bool asks_for(const struct hb_choice *choice, const char *name)
{
    for (size_t i = 0; choice != NULL && i < choice->packages_count; i++) {
        if (choice->packages[i].kind == HB_PACKAGE_INDEX &&
            hb_requirements_same_project(name, choice->packages[i].value))
            return true;
    }
    return false;
}

static bool is_own(const struct hb_entry *const entries[2], const char *name)
{
    for (int side = 0; side < 2; side++) {
        const struct hb_entry *entry = entries[side];
        const char *published = entry->packages != NULL && entry->packages[0] != NULL
                                    ? entry->packages[0]
                                    : entry->name;

        if (hb_requirements_same_project(name, published) || asks_for(entry->choice, name))
            return true;
    }
    return false;
}

static int compare_heads(const struct hb_dependencies sides[2], const size_t at[2])
{
    if (at[0] == sides[0].count)
        return 1;
    if (at[1] == sides[1].count)
        return -1;
    return hb_requirements_same_project(sides[0].items[at[0]].name, sides[1].items[at[1]].name)
               ? 0
               : compare_names(&sides[0].items[at[0]], &sides[1].items[at[1]]);
}

/* The next name of either side, and the versions that the sides have of it. */
static struct hb_dependency_change take_next(const struct hb_dependencies sides[2], size_t at[2])
{
    struct hb_dependency_change change = {.name = NULL};
    int order = compare_heads(sides, at);

    if (order <= 0) {
        change.name = sides[0].items[at[0]].name;
        change.base = sides[0].items[at[0]++].version;
    }
    if (order >= 0) {
        change.name = sides[1].items[at[1]].name;
        change.head = sides[1].items[at[1]++].version;
    }
    return change;
}

void hb_dependencies_compare(const struct hb_dependencies sides[2],
                             const struct hb_entry *const entries[2], struct hb_arena *arena,
                             const struct hb_dependency_change **ret_changes, size_t *ret_count)
{
    bool known = sides[0].known && sides[1].known;
    struct hb_dependency_change *changes =
        hb_arena_calloc(arena, known ? sides[0].count + sides[1].count : 0, sizeof *changes);
    size_t at[2] = {0, 0}, count = 0;

    while (known && (at[0] < sides[0].count || at[1] < sides[1].count)) {
        struct hb_dependency_change change = take_next(sides, at);

        if (change.base != NULL && change.head != NULL && strcmp(change.base, change.head) == 0)
            continue;
        change.own = is_own(entries, change.name);
        changes[count++] = change;
    }
    *ret_changes = changes;
    *ret_count = count;
}
