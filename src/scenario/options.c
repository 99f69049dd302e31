/* Options of a client or server, as its registry file declares them. */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "scenario/load.h"

static const char *kind_name(const struct hb_entry *entry)
{
    return entry->kind == HB_ENTRY_CLIENT ? "client" : "server";
}

static int unknown_option(struct hb_loading *loading, const struct hb_entry *entry,
                          const struct hb_node *key)
{
    const char *names[32];
    size_t count = 0;

    for (; count < entry->options_count && count < HB_ARRAY_LEN(names); count++)
        names[count] = entry->options[count].name;
    hb_diag(loading->diags, key->place, "%s '%s' has no option %s", kind_name(entry), entry->name,
            hb_quote(loading->diags, key->text));
    if (count == 0)
        hb_diag_hint(loading->diags, "it has no options at all");
    else
        hb_diag_suggest(loading->diags, key->text, names, count);
    return -1;
}

static bool is_among(const char *text, const char *const *values)
{
    for (; values != NULL && *values != NULL; values++) {
        if (strcmp(text, *values) == 0)
            return true;
    }
    return false;
}

static bool is_within(const struct hb_entry_option *option, int64_t value)
{
    return (option->minimum == 0 && option->maximum == 0) ||
           (value >= option->minimum && value <= option->maximum);
}

static bool fits(const struct hb_entry_option *option, const struct hb_node *value)
{
    switch (option->type) {
    case HB_OPTION_BOOL:
        return value->kind == HB_NODE_BOOL;
    case HB_OPTION_INTEGER:
        return value->kind == HB_NODE_INT && is_within(option, value->integer);
    case HB_OPTION_STRING:
        return hb_node_is_scalar(value) && value->kind != HB_NODE_NULL;
    default:
        return hb_node_is_scalar(value) && is_among(value->text, option->values);
    }
}

static const char *wanted(struct hb_loading *loading, const struct hb_entry_option *option)
{
    static const char *const names[] = {[HB_OPTION_BOOL] = "true or false",
                                        [HB_OPTION_INTEGER] = "an integer",
                                        [HB_OPTION_STRING] = "a string",
                                        [HB_OPTION_ENUM] = "one of"};
    const char *text = names[option->type];

    if (option->minimum != 0 || option->maximum != 0)
        text = hb_arena_printf(loading->arena, "%s from %lld to %lld", text,
                               (long long)option->minimum, (long long)option->maximum);
    for (size_t i = 0; option->values != NULL && option->values[i] != NULL; i++)
        text =
            hb_arena_printf(loading->arena, "%s%s%s", text, i == 0 ? " " : ", ", option->values[i]);
    return text;
}

/* Strings and choices are strings, whatever a plain scalar looks like. */
static json_t *to_json(const struct hb_entry_option *option, const struct hb_node *value,
                       bool unexpanded)
{
    if (option->type == HB_OPTION_STRING || option->type == HB_OPTION_ENUM)
        return json_string(unexpanded ? hb_node_public_text(value) : value->text);
    return hb_node_to_json(value, unexpanded);
}

static int set_option(struct hb_loading *loading, const struct hb_entry *entry,
                      const struct hb_node_pair *pair, json_t *all, struct hb_options *ret)
{
    const struct hb_entry_option *option = hb_entry_option(entry, pair->key->text);
    const struct hb_node *value = pair->value;
    json_t *json;

    if (option == NULL)
        return unknown_option(loading, entry, pair->key);
    if (value->broken)
        return -1;
    if (!fits(option, value))
        return hb_diag(loading->diags, value->place, "option '%s' of '%s': expected %s, got %s",
                       option->name, entry->name, wanted(loading, option),
                       hb_node_is_scalar(value) ? hb_quote(loading->diags, value->raw)
                                                : hb_node_kind_name(value->kind));
    if (option->type == HB_OPTION_STRING)
        hb_bind_secret(&loading->bind, value);
    json = to_json(option, value, false);
    if (json_equal(json, json_object_get(all, option->name))) {
        json_decref(json);
        return 0;
    }
    json_object_set_new(all, option->name, json);
    json_object_set_new(ret->own, option->name, to_json(option, value, true));
    ret->label = hb_arena_printf(loading->arena, "%s+%s=%s", ret->label, option->name,
                                 hb_node_public_text(value));
    return 0;
}

int hb_load_options(struct hb_loading *loading, const struct hb_entry *entry,
                    const struct hb_node *written, struct hb_options *ret)
{
    json_t *all = json_object();
    int result = 0;

    *ret = (struct hb_options){.own = json_object(), .label = ""};
    for (size_t i = 0; i < entry->options_count; i++) {
        json_t *value = json_loads(entry->options[i].default_json, JSON_DECODE_ANY, NULL);

        json_object_set_new(all, entry->options[i].name, value != NULL ? value : json_null());
    }
    for (size_t i = 0; written != NULL && i < written->count; i++) {
        if (set_option(loading, entry, &written->pairs[i], all, ret) != 0)
            result = -1;
    }
    ret->json = hb_json_canonical(loading->arena, all);
    json_decref(all);
    return result;
}
