/* `version`, `python` and `install` of a client: what it is in place of the one that is shipped.
 * Only what was written counts here; whether it is installed is asked before a run. */
#include <stdlib.h>
#include <string.h>

#include "registry/choice.h"
#include "scenario/load.h"

enum { LABEL_MAX = 60 };

/* Absolute, since a program that is started elsewhere gets it, and without detours, since it tells
 * environments apart. */
const char *hb_absolute_folder(struct hb_loading *loading, const struct hb_node *node)
{
    const char *folder = hb_path_beside(loading->arena, node->place.source, ".");
    char *real = realpath(folder, NULL);

    if (real != NULL)
        folder = hb_arena_strdup(loading->arena, real);
    free(real);
    return folder;
}

static int load_version(struct hb_loading *loading, const struct hb_node *node,
                        const char **ret_version)
{
    const char *problem;

    if (node == NULL)
        return 0;
    problem = hb_version_problem(node->text);
    if (problem != NULL)
        return hb_diag(loading->diags, node->place, "'version': %s, got %s", problem,
                       hb_quote(loading->diags, node->raw));
    *ret_version = node->text;
    return 0;
}

/* A path beside the scenario, or a name that is looked up in PATH. */
static int load_python(struct hb_loading *loading, const struct hb_node *node,
                       const char **ret_python)
{
    if (node == NULL)
        return 0;
    if (node->text[0] == '\0' || node->text[0] == '-')
        return hb_diag(loading->diags, node->place, "'python': expected an interpreter, got %s",
                       hb_quote(loading->diags, node->raw));
    *ret_python = node->text;
    if (strchr(node->text, '/') != NULL && node->text[0] != '/')
        *ret_python =
            hb_arena_printf(loading->arena, "%s/%s", hb_absolute_folder(loading, node), node->text);
    return 0;
}

static int load_packages(struct hb_loading *loading, const struct hb_raw_client *raw,
                         struct hb_choice *choice)
{
    struct hb_package *packages =
        hb_arena_calloc(loading->arena, raw->packages_count, sizeof *packages);
    int result = 0;

    for (size_t i = 0; i < raw->packages_count; i++) {
        const struct hb_node *node = raw->packages[i];
        const char *problem = hb_package_parse(node->text, hb_absolute_folder(loading, node),
                                               loading->arena, &packages[i]);

        if (problem != NULL)
            result = hb_diag(loading->diags, node->place, "'install': %s, got %s", problem,
                             hb_quote(loading->diags, node->raw));
    }
    choice->packages = packages;
    choice->packages_count = raw->packages_count;
    return result;
}

/* Where the first of them is written, which may be in a subject. */
static struct hb_place choice_place(const struct hb_raw_client *raw)
{
    const struct hb_node *packages = raw->packages_count > 0 ? raw->packages[0] : NULL;
    const struct hb_node *const written[] = {raw->version, raw->python, packages};

    for (size_t i = 0; i < HB_ARRAY_LEN(written); i++) {
        if (written[i] != NULL)
            return written[i]->place;
    }
    return raw->node->place;
}

static const char *describe(struct hb_loading *loading, const struct hb_raw_client *raw)
{
    struct hb_arena *arena = loading->arena;
    const char *label = "";

    if (raw->version != NULL)
        label = hb_arena_printf(arena, "@%s", hb_node_public_text(raw->version));
    for (size_t i = 0; i < raw->packages_count; i++)
        label = hb_arena_printf(arena, "%s%s%s", label, i == 0 ? "@" : ",",
                                hb_node_public_text(raw->packages[i]));
    if (raw->python != NULL)
        label = hb_arena_printf(arena, "%s+python=%s", label, hb_node_public_text(raw->python));
    return strlen(label) > LABEL_MAX ? hb_arena_printf(arena, "%.*s…", LABEL_MAX, label) : label;
}

static void put_member(json_t *json, const char *key, const struct hb_node *node)
{
    if (node != NULL)
        json_object_set_new(json, key, json_string(hb_node_public_text(node)));
}

/* What a user chose is part of the cell; which version that turned out to be is not. */
static void put_choice(json_t *json, const struct hb_raw_client *raw)
{
    json_t *packages = json_array();

    put_member(json, "version", raw->version);
    put_member(json, "python", raw->python);
    for (size_t i = 0; i < raw->packages_count; i++)
        json_array_append_new(packages, json_string(hb_node_public_text(raw->packages[i])));
    if (raw->packages_count > 0)
        json_object_set(json, "install", packages);
    json_decref(packages);
}

int hb_load_choice(struct hb_loading *loading, const struct hb_raw_client *raw,
                   const struct hb_entry **entry, json_t *canonical, const char **ret_label)
{
    struct hb_choice choice = {.file = raw->node->place.file};
    const char *problem;

    *ret_label = describe(loading, raw);
    put_choice(canonical, raw);
    if (load_version(loading, raw->version, &choice.version) != 0 ||
        load_python(loading, raw->python, &choice.python) != 0 ||
        load_packages(loading, raw, &choice) != 0)
        return -1;
    problem = hb_choice_problem(*entry, &choice);
    if (problem != NULL)
        return hb_diag(loading->diags, choice_place(raw), "client '%s' %s", (*entry)->name,
                       problem);
    *entry = hb_entry_choose(*entry, &choice, loading->arena);
    return 0;
}
