/* Servers: one of the registry, by its name, or an origin of the user's own, with a URL. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <xxhash.h>

#include "registry/choice.h"
#include "scenario/load.h"

#define CONFIG_MAX_BYTES (1u << 20)

static int unknown_server(struct hb_loading *loading, const struct hb_raw_server *raw)
{
    const char *key = raw->use != NULL ? "use" : "name";
    const char *name = raw->use != NULL ? raw->use : raw->name;
    const char *nearest = hb_registry_nearest(loading->registry, HB_ENTRY_SERVER, name);

    hb_diag(loading->diags, hb_node_place(raw->node, key), "unknown server %s",
            hb_quote(loading->diags, name));
    if (nearest != NULL)
        hb_diag_hint(loading->diags, "did you mean '%s'?", nearest);
    else if (raw->use == NULL)
        hb_diag_hint(loading->diags, "for a server of your own write {name: %s, url: \"http://…\"}",
                     raw->name);
    return -1;
}

/* The content of a template is part of what the cell is; its path is not. */
static int load_config(struct hb_loading *loading, const struct hb_raw_server *raw,
                       json_t *canonical, struct hb_server_spec *ret)
{
    const struct hb_node *written = hb_node_get(raw->node, "config");
    HB_CLEANUP(hb_buf_release) struct hb_buf text = {.maximum = CONFIG_MAX_BYTES};
    struct hb_error why = {0};
    char digest[17];

    if (raw->config == NULL)
        return written != NULL ? -1 : 0; /* reported */
    if (ret->entry->topology == NULL || ret->entry->topology->configuration[0] == NULL)
        return hb_diag(loading->diags, written->place, "'config': '%s' has no configuration file",
                       ret->entry->name);
    if (hb_buf_read_file(&text, raw->config, &why) != 0)
        return hb_diag(loading->diags, written->place, "'config': %s", why.message);
    snprintf(digest, sizeof digest, "%016" PRIx64,
             (uint64_t)XXH3_64bits(hb_buf_text(&text), text.length));
    json_object_set_new(canonical, "config", json_string(digest));
    ret->config = raw->config;
    return 0;
}

/* Certificates for servers of ours are made when they are started; whether clients check them is
 * the scenario's choice. */
static int load_own_tls(struct hb_loading *loading, const struct hb_raw_server *raw,
                        json_t *canonical, struct hb_server_spec *ret)
{
    static const char *const refused[] = {"ca", "cert", "key", "server_name"};
    const struct hb_raw_tls *tls = &raw->tls;
    int result = 0;

    if (tls->node == NULL)
        return 0;
    for (size_t i = 0; i < HB_ARRAY_LEN(refused); i++) {
        const struct hb_node *value = hb_node_get(tls->node, refused[i]);

        if (value != NULL)
            result = hb_diag(loading->diags, value->place,
                             "'%s' is for a server of your own, with 'url'; '%s' is started by "
                             "this program",
                             refused[i], ret->entry->name);
    }
    if (!ret->https)
        result = hb_diag(loading->diags, tls->node->place, "'tls' needs 'scheme: https'");
    ret->tls.verify = tls->verify;
    if (!tls->verify)
        json_object_set_new(canonical, "tls", json_pack("{s:b}", "verify", 0));
    return result;
}

/* Another version than the shipped one has an environment of its own where it comes from a package
 * index; elsewhere the one that is there must be it. */
static int choose_version(struct hb_loading *loading, const struct hb_raw_server *raw,
                          struct hb_server_spec *ret)
{
    const struct hb_choice choice = {.version = raw->version, .file = loading->scenario->path};
    const char *problem = raw->version != NULL ? hb_version_problem(raw->version) : NULL;

    if (problem != NULL)
        return hb_diag(loading->diags, hb_node_place(raw->node, "version"), "'version': %s",
                       problem);
    ret->version = raw->version;
    if (raw->version != NULL && hb_choice_problem(ret->entry, &choice) == NULL)
        ret->entry = hb_entry_choose(ret->entry, &choice, loading->arena);
    return 0;
}

/* `scheme` is an option like any other, but clients must know of it. */
static bool is_https(const char *options_json)
{
    json_t *options = json_loads(options_json, 0, NULL);
    const char *scheme = json_string_value(json_object_get(options, "scheme"));
    bool https = scheme != NULL && strcmp(scheme, "https") == 0;

    json_decref(options);
    return https;
}

static int load_entry(struct hb_loading *loading, const struct hb_raw_server *raw,
                      json_t *canonical, struct hb_server_spec *ret)
{
    struct hb_options options;
    int result;

    ret->entry = hb_registry_find(loading->registry, HB_ENTRY_SERVER,
                                  raw->use != NULL ? raw->use : raw->name);
    if (ret->entry == NULL)
        return unknown_server(loading, raw);
    if (raw->use != NULL)
        json_object_set_new(canonical, "use", json_string(raw->use));
    result = hb_load_options(loading, ret->entry, raw->options, &options);
    ret->options_json = options.json;
    ret->https = is_https(options.json);
    ret->name = raw->use != NULL
                    ? raw->name
                    : hb_arena_printf(loading->arena, "%s%s", raw->name, options.label);
    if (json_object_size(options.own) > 0)
        json_object_set(canonical, "options", options.own);
    json_decref(options.own);
    if (choose_version(loading, raw, ret) != 0 || load_config(loading, raw, canonical, ret) != 0 ||
        load_own_tls(loading, raw, canonical, ret) != 0)
        result = -1;
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

/* Keys that mean something only to a server of the registry. */
static int refuse_options(struct hb_loading *loading, const struct hb_raw_server *raw)
{
    static const char *const keys[] = {"name", "url", "tls"};
    static const char *const started[] = {"use", "config", "version"};
    const struct hb_node *options = raw->options;
    int result = 0;

    for (size_t i = 0; i < HB_ARRAY_LEN(started); i++) {
        const struct hb_node *value = hb_node_get(raw->node, started[i]);

        if (value != NULL)
            result =
                hb_diag(loading->diags, value->place,
                        "'%s' is for a server that this program starts, without 'url'", started[i]);
    }

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
    int result = refuse_options(loading, raw);

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
    ret->https = strncmp(ret->url, "https:", 6) == 0;
    ret->options_json = "{}";
    json_object_set_new(canonical, "url", json_string(hb_node_public_text(raw->url)));
    return load_tls(loading, raw, canonical, &ret->tls) != 0 ? -1 : result;
}

int hb_load_server(struct hb_loading *loading, const struct hb_raw_server *raw,
                   struct hb_server_spec *ret)
{
    json_t *canonical;
    int result;

    *ret = (struct hb_server_spec){
        .place = raw->node->place, .tls.verify = true, .subjects = HB_ALL_SUBJECTS};
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
