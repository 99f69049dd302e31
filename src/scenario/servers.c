/* Servers: one of the registry, by its name, or an origin of the user's own, with a URL. */
#include <string.h>
#include <unistd.h>

#include "scenario/load.h"

static int unknown_server(struct hb_loading *loading, const struct hb_raw_server *raw)
{
    const char *nearest = hb_registry_nearest(loading->registry, HB_ENTRY_SERVER, raw->name);

    hb_diag(loading->diags, hb_node_place(raw->node, "name"), "unknown server %s",
            hb_quote(loading->diags, raw->name));
    if (nearest != NULL)
        hb_diag_hint(loading->diags, "did you mean '%s'?", nearest);
    else
        hb_diag_hint(loading->diags, "for a server of your own write {name: %s, url: \"http://…\"}",
                     raw->name);
    return -1;
}

static int load_entry(struct hb_loading *loading, const struct hb_raw_server *raw,
                      json_t *canonical, struct hb_server_spec *ret)
{
    struct hb_options options;
    int result;

    ret->entry = hb_registry_find(loading->registry, HB_ENTRY_SERVER, raw->name);
    if (ret->entry == NULL)
        return unknown_server(loading, raw);
    if (raw->tls.node != NULL)
        return hb_diag(loading->diags, raw->tls.node->place,
                       "'tls' is for a server of your own, with 'url'; '%s' is started by this "
                       "program",
                       raw->name);
    result = hb_load_options(loading, ret->entry, raw->options, &options);
    ret->options_json = options.json;
    ret->name = hb_arena_printf(loading->arena, "%s%s", raw->name, options.label);
    if (json_object_size(options.own) > 0)
        json_object_set(canonical, "options", options.own);
    json_decref(options.own);
    return result;
}

/* One TLS file: it must be there, and is part of what the cell is. */
static int check_file(struct hb_loading *loading, const struct hb_raw_tls *raw, const char *key,
                      const char *path, json_t *canonical)
{
    const struct hb_node *written = hb_node_get(raw->node, key);

    if (path == NULL)
        return 0;
    json_object_set_new(canonical, key, json_string(hb_node_public_text(written)));
    if (access(path, R_OK) == 0)
        return 0;
    return hb_diag(loading->diags, written->place, "'%s': cannot read %s", key,
                   hb_quote(loading->diags, hb_node_public_text(written)));
}

static int load_tls(struct hb_loading *loading, const struct hb_raw_server *raw, json_t *canonical,
                    struct hb_tls *ret)
{
    const struct hb_raw_tls *tls = &raw->tls;
    json_t *json;
    int result;

    *ret = (struct hb_tls){tls->verify, tls->ca, tls->cert, tls->key, tls->server_name};
    if (tls->node == NULL)
        return 0;
    if (strncmp(raw->url->text, "https:", 6) != 0)
        return hb_diag(loading->diags, tls->node->place, "'tls' needs an https URL");
    json = json_object();
    result = check_file(loading, tls, "ca", tls->ca, json);
    if (check_file(loading, tls, "cert", tls->cert, json) != 0 ||
        check_file(loading, tls, "key", tls->key, json) != 0)
        result = -1;
    if ((tls->cert == NULL) != (tls->key == NULL))
        result = hb_diag(loading->diags, tls->node->place, "'cert' and 'key' go together");
    if (!tls->verify)
        json_object_set_new(json, "verify", json_false());
    if (tls->server_name != NULL)
        json_object_set_new(
            json, "server_name",
            json_string(hb_node_public_text(hb_node_get(tls->node, "server_name"))));
    if (json_object_size(json) > 0)
        json_object_set(canonical, "tls", json);
    json_decref(json);
    return result;
}

/* Keys that are not ours mean something only to a server of the registry. */
static int refuse_options(struct hb_loading *loading, const struct hb_node *options)
{
    static const char *const keys[] = {"name", "url", "tls"};
    int result = 0;

    for (size_t i = 0; options != NULL && i < options->count; i++) {
        const struct hb_node *key = options->pairs[i].key;

        result = hb_diag(loading->diags, key->place, "unknown key %s in server",
                         hb_quote(loading->diags, key->text));
        hb_diag_suggest(loading->diags, key->text, keys, HB_ARRAY_LEN(keys));
    }
    return result;
}

static int load_origin(struct hb_loading *loading, const struct hb_raw_server *raw,
                       json_t *canonical, struct hb_server_spec *ret)
{
    const char *problem = hb_origin_problem(raw->url->text);
    size_t length = strlen(raw->url->text);
    int result = refuse_options(loading, raw->options);

    if (hb_registry_find(loading->registry, HB_ENTRY_SERVER, raw->name) != NULL)
        return hb_diag(loading->diags, hb_node_place(raw->node, "name"),
                       "'%s' is a server that this program starts; give yours another name",
                       raw->name);
    if (problem != NULL)
        return hb_diag(loading->diags, raw->url->place, "'url': %s, got %s", problem,
                       hb_quote(loading->diags, hb_node_public_text(raw->url)));
    while (length > 0 && raw->url->text[length - 1] == '/')
        length--;
    ret->name = raw->name;
    ret->url = hb_arena_strndup(loading->arena, raw->url->text, length);
    ret->options_json = "{}";
    json_object_set_new(canonical, "url", json_string(hb_node_public_text(raw->url)));
    return load_tls(loading, raw, canonical, &ret->tls) != 0 ? -1 : result;
}

int hb_load_server(struct hb_loading *loading, const struct hb_raw_server *raw,
                   struct hb_server_spec *ret)
{
    json_t *canonical;
    int result;

    *ret = (struct hb_server_spec){.place = raw->node->place, .tls.verify = true};
    if (raw->name == NULL)
        return -1;
    if (raw->url == NULL && hb_node_get(raw->node, "url") != NULL)
        return -1; /* reported */
    canonical = json_pack("{s:s}", "name", raw->name);
    result = raw->url != NULL ? load_origin(loading, raw, canonical, ret)
                              : load_entry(loading, raw, canonical, ret);
    ret->canonical = hb_json_canonical(loading->arena, canonical);
    json_decref(canonical);
    return result;
}
