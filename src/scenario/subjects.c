/*
 * What subjects make of the axes: each client once for each of them, and servers of their own. All
 * values of one client keep label and canonical text of the one in the matrix, so that the cells of
 * all subjects have one id.
 */
#include <string.h>

#include "scenario/subject.h"

#define OWN_COMMAND "{command}" /* an argument that stands for all of the client's own */

enum { NAME_MAX_BYTES = 40 };

static const char *name_problem(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "._-";
    size_t length = strlen(name);

    if (length == 0 || length > NAME_MAX_BYTES || strspn(name, allowed) != length)
        return "expected a name of at most 40 letters, digits and . _ -";
    if (strcmp(name, HB_SUBJECT_CONTROL_NAME) == 0)
        return "is the name of the base that runs against itself";
    return NULL;
}

static bool check_names(struct hb_loading *loading)
{
    const struct hb_raw_scenario *raw = loading->raw;
    const struct hb_node *node = hb_node_get(raw->node, "subjects");
    bool good = true;

    for (size_t i = 0; i < raw->subjects_count; i++) {
        const char *problem = name_problem(raw->subjects[i].name);

        if (problem == NULL)
            continue;
        hb_diag(loading->diags, node->pairs[i].key->place, "subject %s: %s",
                hb_quote(loading->diags, raw->subjects[i].name), problem);
        good = false;
    }
    return good;
}

static bool check_count(struct hb_loading *loading)
{
    const struct hb_node *node = hb_node_get(loading->raw->node, "subjects");
    size_t count = loading->raw->subjects_count;

    if (node == NULL || node->kind != HB_NODE_MAPPING)
        return false;
    if (count >= 2 && count <= HB_SUBJECTS_MAX)
        return true;
    hb_diag(loading->diags, node->place,
            "'subjects': expected from 2 to %d, the first being the base, got %zu", HB_SUBJECTS_MAX,
            count);
    return false;
}

void hb_load_subjects(struct hb_loading *loading, unsigned control_cells)
{
    const struct hb_raw_scenario *raw = loading->raw;
    struct hb_scenario *scenario = loading->scenario;
    bool with_control = control_cells > 0;
    struct hb_subject *subjects;

    if (!check_count(loading) || !check_names(loading))
        return;
    scenario->subjects_count = raw->subjects_count + with_control;
    subjects = hb_arena_calloc(loading->arena, scenario->subjects_count, sizeof *subjects);
    for (size_t i = 0; i < raw->subjects_count; i++)
        subjects[i] = (struct hb_subject){.name = raw->subjects[i].name,
                                          .place = raw->subjects[i].node->place};
    if (with_control)
        subjects[raw->subjects_count] = (struct hb_subject){
            .name = HB_SUBJECT_CONTROL_NAME, .place = subjects[0].place, .control = true};
    scenario->subjects = subjects;
    scenario->control_cells = control_cells;
}

size_t hb_subjects_width(const struct hb_loading *loading)
{
    size_t count = loading->scenario->subjects_count;

    return count > 0 ? count : 1;
}

/* The control is the base once more. */
static const struct hb_raw_patch *patch_of(const struct hb_loading *loading, size_t subject)
{
    return &loading->raw->subjects[loading->scenario->subjects[subject].control ? 0 : subject];
}

/* ---- clients ---- */

/* Variables of both, the later of a name. */
static const struct hb_node *merge_variables(struct hb_loading *loading, const struct hb_node *own,
                                             const struct hb_node *patch)
{
    struct hb_node *all;

    if (own == NULL || patch == NULL)
        return patch != NULL ? patch : own;
    all = hb_node_copy(loading->arena, own);
    for (size_t i = 0; i < patch->count; i++)
        hb_node_set(loading->arena, all, patch->pairs[i].key, patch->pairs[i].value);
    return all;
}

static struct hb_raw_client patched(struct hb_loading *loading, const struct hb_raw_client *raw,
                                    const struct hb_raw_patch *patch)
{
    struct hb_raw_client client = *raw;

    if (patch->packages_count > 0 || patch->version != NULL) {
        client.packages = patch->packages;
        client.packages_count = patch->packages_count;
        client.version = patch->version;
    }
    if (patch->python != NULL)
        client.python = patch->python;
    client.environment = merge_variables(loading, raw->environment, patch->environment);
    return client;
}

/* `{here}` is where this was written, not where the client's registry file is. */
static const char *argument_of(struct hb_loading *loading, const struct hb_node *node, bool program)
{
    const char *folder = hb_absolute_folder(loading, node);
    const char *here = strstr(node->text, "{here}");

    if (here != NULL)
        return hb_arena_printf(loading->arena, "%.*s%s%s", (int)(here - node->text), node->text,
                               folder, here + strlen("{here}"));
    if (program && strchr(node->text, '/') != NULL && strchr("/{", node->text[0]) == NULL)
        return hb_arena_printf(loading->arena, "%s/%s", folder, node->text);
    return node->text;
}

static int check_argument(struct hb_loading *loading, const struct hb_node *node, bool program)
{
    const char *unknown;

    if (program && node->text[0] == '\0')
        return hb_diag(loading->diags, node->place, "'command': the program has no name");
    if (strcmp(node->text, OWN_COMMAND) == 0)
        return 0;
    unknown = hb_registry_unknown_placeholder(node->text, loading->arena);
    if (unknown == NULL)
        return 0;
    return hb_diag(loading->diags, node->place, "'command': %s is no placeholder of a client",
                   hb_quote(loading->diags, unknown));
}

static size_t count_arguments(const char *const *arguments)
{
    size_t count = 0;

    while (arguments[count] != NULL)
        count++;
    return count;
}

/* The same client, started in another way. */
static int patch_command(struct hb_loading *loading, const struct hb_raw_patch *patch,
                         struct hb_client_spec *spec)
{
    size_t own = count_arguments(spec->entry->command), count = 0;
    struct hb_entry *entry;
    const char **command;

    if (patch->command_count == 0)
        return 0;
    command =
        hb_arena_calloc(loading->arena, patch->command_count * (own + 1) + 1, sizeof *command);
    for (size_t i = 0; i < patch->command_count; i++) {
        const struct hb_node *node = patch->command[i];

        if (node == NULL || check_argument(loading, node, i == 0) != 0)
            return -1;
        if (strcmp(node->text, OWN_COMMAND) == 0) {
            memcpy(command + count, spec->entry->command, own * sizeof *command);
            count += own;
        } else {
            command[count++] = argument_of(loading, node, i == 0);
        }
    }
    entry = hb_arena_memdup(loading->arena, spec->entry, sizeof *entry);
    entry->command = command;
    spec->entry = entry;
    return 0;
}

static int patch_client(struct hb_loading *loading, const struct hb_raw_client *raw, size_t subject,
                        const struct hb_client_spec *plain, struct hb_client_spec *ret)
{
    const struct hb_raw_patch *patch = patch_of(loading, subject);
    const struct hb_raw_client client = patched(loading, raw, patch);

    if (hb_load_client(loading, &client, ret) != 0 || patch_command(loading, patch, ret) != 0)
        return -1;
    ret->label = plain->label;
    ret->library = plain->library;
    ret->canonical = plain->canonical;
    ret->subject = (uint32_t)subject;
    return 0;
}

int hb_subjects_patch_client(struct hb_loading *loading, const struct hb_raw_client *raw,
                             struct hb_client_spec *ret)
{
    const struct hb_client_spec plain = *ret;

    ret->subject = HB_NO_SUBJECT;
    for (size_t i = 0; i < loading->scenario->subjects_count; i++) {
        if (patch_client(loading, raw, i, &plain, &ret[i]) != 0)
            return -1;
    }
    return 0;
}

/* ---- servers ---- */

static bool has_server(const struct hb_raw_patch *patch)
{
    return patch->server.node != NULL || patch->url != NULL;
}

bool hb_subjects_differ_in_server(const struct hb_loading *loading)
{
    for (size_t i = 0; i < loading->scenario->subjects_count; i++) {
        if (has_server(patch_of(loading, i)))
            return true;
    }
    return false;
}

/* The server of a patch as if the matrix had it. An address keeps what else is written of it. */
static struct hb_raw_server raw_server(const struct hb_loading *loading,
                                       const struct hb_raw_patch *patch)
{
    struct hb_raw_server raw = loading->raw->matrix.servers[0];

    if (patch->server.node != NULL)
        return patch->server;
    if (raw.url == NULL)
        raw = (struct hb_raw_server){.name = patch->name, .tls.verify = true, .node = patch->node};
    raw.url = patch->url;
    return raw;
}

static int load_own_server(struct hb_loading *loading, size_t subject, struct hb_server_spec *ret)
{
    const struct hb_raw_patch *patch = patch_of(loading, subject);
    const struct hb_raw_server raw = raw_server(loading, patch);

    if (patch->server.node != NULL && patch->url != NULL)
        return hb_diag(loading->diags, patch->url->place,
                       "'url' and 'server' both say who answers: write one of them");
    if (hb_load_server(loading, &raw, ret) != 0)
        return -1;
    ret->instance = hb_arena_printf(loading->arena, "%s [%s]", ret->name, patch->name);
    ret->subjects = 1u << subject;
    return 0;
}

/* The control uses the base's; the others without one of their own use that of the matrix. */
static size_t load_all_servers(struct hb_loading *loading, struct hb_server_spec *specs)
{
    uint32_t others = 0;
    size_t count = 0;

    for (size_t i = 0; i < loading->scenario->subjects_count; i++) {
        if (!has_server(patch_of(loading, i)))
            others |= 1u << i;
        else if (loading->scenario->subjects[i].control)
            specs[0].subjects |= 1u << i;
        else if (load_own_server(loading, i, &specs[count]) == 0)
            count++;
    }
    if (others != 0 &&
        hb_load_server(loading, &loading->raw->matrix.servers[0], &specs[count]) == 0)
        specs[count++].subjects = others;
    return count;
}

/* What a cell is called, and its id, tell of the base's server. */
static void name_after_base(struct hb_server_spec *specs, size_t count)
{
    const struct hb_server_spec *base = NULL;

    for (size_t i = 0; i < count; i++) {
        if ((specs[i].subjects & 1) != 0)
            base = &specs[i];
    }
    for (size_t i = 0; base != NULL && i < count; i++) {
        specs[i].name = base->name;
        specs[i].canonical = base->canonical;
    }
}

static int check_one_server(struct hb_loading *loading)
{
    for (size_t i = 0; i < loading->raw->subjects_count; i++) {
        const struct hb_raw_patch *patch = &loading->raw->subjects[i];
        const char *key = patch->server.node != NULL ? "server" : "url";

        if (has_server(patch) && loading->raw->matrix.servers_count != 1)
            return hb_diag(loading->diags, hb_node_place(patch->node, key),
                           "'%s' of a subject takes the place of the matrix's only server, but the "
                           "matrix has %zu",
                           key, loading->raw->matrix.servers_count);
    }
    return 0;
}

size_t hb_subjects_load_servers(struct hb_loading *loading, struct hb_server_spec *ret)
{
    size_t count;

    if (check_one_server(loading) != 0)
        return 0;
    count = load_all_servers(loading, ret);
    name_after_base(ret, count);
    return count;
}
