/* Clients: "httpx", "httpx/async" or a mapping, looked up in the registry; the mode made certain.
 */
#include <string.h>

#include "scenario/load.h"

/* By the scenario, but wrongly, which has been reported. */
static bool is_defined(const struct hb_loading *loading, const char *name)
{
    const struct hb_node *define = hb_node_get(loading->raw->node, "define");

    return hb_node_get(hb_node_get(define, "clients"), name) != NULL;
}

static int unknown_client(struct hb_loading *loading, const char *name, struct hb_place place)
{
    const char *nearest = hb_registry_nearest(loading->registry, HB_ENTRY_CLIENT, name);

    if (is_defined(loading, name))
        return -1;
    hb_diag(loading->diags, place, "unknown client %s", hb_quote(loading->diags, name));
    if (nearest != NULL)
        hb_diag_hint(loading->diags, "did you mean '%s'?", nearest);
    else
        hb_diag_hint(loading->diags, "'http-benchmark list clients' shows those there are");
    return -1;
}

/* Split "name/mode"; 0 when there is no mode in it. */
static unsigned split_mode(struct hb_arena *arena, const char *text, const char **ret_name)
{
    static const enum hb_mode modes[] = {HB_MODE_SYNC, HB_MODE_ASYNC};
    const char *slash = strrchr(text, '/');

    *ret_name = text;
    for (size_t i = 0; slash != NULL && i < HB_ARRAY_LEN(modes); i++) {
        if (strcmp(slash + 1, hb_mode_name(modes[i])) == 0) {
            *ret_name = hb_arena_strndup(arena, text, (size_t)(slash - text));
            return modes[i];
        }
    }
    return 0;
}

/* The mode as a key of the mapping; 0 when it is not there. */
static unsigned written_mode(const struct hb_raw_client *raw)
{
    if (hb_node_get(raw->node, "mode") == NULL)
        return 0;
    return raw->mode == 0 ? HB_MODE_SYNC : HB_MODE_ASYNC;
}

static int choose_mode(struct hb_loading *loading, const struct hb_entry *entry, unsigned asked,
                       struct hb_place place, enum hb_mode *ret)
{
    unsigned both = HB_MODE_SYNC | HB_MODE_ASYNC;

    if (asked == 0 && entry->modes == both)
        return hb_diag(loading->diags, place,
                       "client '%s' has two modes; say which: '%s/sync' or '%s/async'", entry->name,
                       entry->name, entry->name);
    if (asked != 0 && (entry->modes & asked) == 0)
        return hb_diag(loading->diags, place, "client '%s' has no mode '%s', only '%s'",
                       entry->name, hb_mode_name((enum hb_mode)asked),
                       hb_mode_name((enum hb_mode)entry->modes));
    *ret = (enum hb_mode)(asked != 0 ? asked : entry->modes);
    return 0;
}

/* Who it is: the entry and its mode. */
static int identify(struct hb_loading *loading, const struct hb_raw_client *raw,
                    struct hb_client_spec *ret)
{
    struct hb_place place = hb_node_place(raw->node, "name");
    const char *name;
    unsigned in_name = split_mode(loading->arena, raw->name, &name);
    unsigned in_key = written_mode(raw);

    ret->entry = hb_registry_find(loading->registry, HB_ENTRY_CLIENT, name);
    if (ret->entry == NULL)
        return unknown_client(loading, name, place);
    if (in_name != 0 && in_key != 0 && in_name != in_key)
        return hb_diag(loading->diags, hb_node_place(raw->node, "mode"),
                       "'mode' contradicts the name %s", hb_quote(loading->diags, raw->name));
    return choose_mode(loading, ret->entry, in_name | in_key, place, &ret->mode);
}

int hb_load_client(struct hb_loading *loading, const struct hb_raw_client *raw,
                   struct hb_client_spec *ret)
{
    struct hb_options options;
    const char *choice, *env;
    json_t *json;
    int result;

    *ret = (struct hb_client_spec){.place = raw->node->place, .subject = HB_NO_SUBJECT};
    if (raw->name == NULL || identify(loading, raw, ret) != 0)
        return -1;
    json = json_pack("{s:s,s:s}", "name", ret->entry->name, "mode", hb_mode_name(ret->mode));
    result = hb_load_choice(loading, raw, &ret->entry, json, &choice);
    if (hb_load_options(loading, ret->entry, raw->options, &options) != 0)
        result = -1;
    if (hb_load_variables(loading, raw, &ret->environment, json, &env) != 0)
        result = -1;
    ret->options_json = options.json;
    ret->library = hb_arena_printf(loading->arena, "%s%s", ret->entry->name, choice);
    ret->label = hb_arena_printf(loading->arena, "%s/%s%s%s%s", ret->entry->name,
                                 hb_mode_name(ret->mode), choice, options.label, env);
    if (json_object_size(options.own) > 0)
        json_object_set(json, "options", options.own);
    ret->canonical = hb_json_canonical(loading->arena, json);
    json_decref(json);
    json_decref(options.own);
    return result;
}
