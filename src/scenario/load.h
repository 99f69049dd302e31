/* Inside the scenario layer: the steps of hb_scenario_load(). */
#ifndef HB_SCENARIO_LOAD_H
#define HB_SCENARIO_LOAD_H

#include <jansson.h>

#include "config/document.h"
#include "config/environment.h"
#include "scenario/language.h"

#define HB_BODY_MAX_BYTES (8u << 20)    /* of one body */
#define HB_BODIES_MAX_BYTES (32u << 20) /* of all bodies of a scenario */
#define HB_VARIANTS_MAX 100000          /* requests of one URL */
#define HB_REQUEST_URL_MAX_BYTES 8000u  /* what servers take, as a rule */
#define HB_HEADERS_MAX 100              /* of one request */
#define HB_HEADER_VALUE_MAX_BYTES (8u << 10)

/* The arrays of the scenario's axes, which includes may still add to. */
struct hb_axis_arrays {
    struct hb_server_spec *servers;
    struct hb_client_spec *clients;
    struct hb_url_spec *urls;
    uint32_t *concurrency;
    int64_t *durations_ns;
    struct hb_rate *rates;
    enum hb_http *protocols;
    enum hb_profile *profiles;
};

struct hb_loading {
    struct hb_arena *arena;
    struct hb_diags *diags;
    const struct hb_registry *registry;
    struct hb_environment environment;
    struct hb_bind bind;
    const struct hb_raw_scenario *raw;
    struct hb_scenario *scenario; /* being filled */
    struct hb_axis_arrays axes;   /* those of `scenario`, to write to */
    size_t body_bytes;            /* of all bodies so far */
};

/*
 * Make one axis value of what was written. Problems are reported; -1 when there was any, or when a
 * part is missing that has been reported already.
 */
int hb_load_server(struct hb_loading *loading, const struct hb_raw_server *raw,
                   struct hb_server_spec *ret) HB_MUST_CHECK;
int hb_load_client(struct hb_loading *loading, const struct hb_raw_client *raw,
                   struct hb_client_spec *ret) HB_MUST_CHECK;
/* `methods`: bits for a URL that names none itself. */
int hb_load_url(struct hb_loading *loading, const struct hb_raw_url *raw, unsigned methods,
                struct hb_url_spec *ret) HB_MUST_CHECK;
int hb_load_rate(struct hb_loading *loading, const struct hb_raw_rate *raw,
                 struct hb_rate *ret) HB_MUST_CHECK;
enum hb_http hb_load_protocol(int raw);
enum hb_profile hb_load_profile(int raw);
int hb_load_concurrency(struct hb_loading *loading, int64_t raw, struct hb_place place,
                        uint32_t *ret) HB_MUST_CHECK;

struct hb_pattern hb_load_pattern(const struct hb_raw_pattern *raw);

/* Fill the axes of the scenario; its run options and thresholds; its gate. */
void hb_load_axes(struct hb_loading *loading);
void hb_load_run(struct hb_loading *loading);
void hb_load_gate(struct hb_loading *loading);

/* Fill scenario->includes, growing the axes, which have room for one value an include. */
void hb_load_includes(struct hb_loading *loading);

/* Fill scenario->yardsticks, growing the axes, too. */
#define HB_YARDSTICK_ROOM (HB_YARDSTICK_COUNT + 1)
void hb_load_yardsticks(struct hb_loading *loading);

/*
 * The version, interpreter or packages that a client is given: *entry becomes one that knows them,
 * and `canonical` gets what was written. *ret_label is "@0.27.2", "@git:main+python=python3.12" or
 * "".
 */
int hb_load_choice(struct hb_loading *loading, const struct hb_raw_client *raw,
                   const struct hb_entry **entry, json_t *canonical,
                   const char **ret_label) HB_MUST_CHECK;

/* The folder of the file that wrote a node, absolute and without detours. */
const char *hb_absolute_folder(struct hb_loading *loading, const struct hb_node *node);

/* The variables of a client's environment, checked; they become part of `canonical`, secrets
 * unexpanded. *ret_label is "+env" or "". */
int hb_load_variables(struct hb_loading *loading, const struct hb_raw_client *raw,
                      const char *const **ret_environment, json_t *canonical,
                      const char **ret_label) HB_MUST_CHECK;

/* Options that a scenario gives to a client or server, held against its registry entry. */
struct hb_options {
    const char *json;  /* canonical, defaults filled in */
    json_t *own;       /* those not at their default, unexpanded; the caller's reference */
    const char *label; /* "+loop=uvloop", or "" */
};
int hb_load_options(struct hb_loading *loading, const struct hb_entry *entry,
                    const struct hb_node *written, struct hb_options *ret) HB_MUST_CHECK;

/* Headers of a scenario or URL, checked (HTTP's characters, none that the client must set). */
int hb_check_headers(struct hb_loading *loading, const struct hb_node *headers) HB_MUST_CHECK;

/* Ours, then those of `request`, then the URL's own: each name once, the later value. */
void hb_merge_headers(struct hb_loading *loading, const struct hb_node *url_headers,
                      const char *content_type, struct hb_url_spec *ret);

/* A body from a scalar or a file, neither or one of them given. Hash: of the unexpanded text. */
struct hb_body {
    const void *data; /* NULL: none */
    size_t bytes;
    uint64_t hash;
};
int hb_load_body(struct hb_loading *loading, const struct hb_node *text, const char *file,
                 struct hb_place place, struct hb_body *ret) HB_MUST_CHECK;

/* What is wrong with the path and query of a request, or NULL. */
const char *hb_request_url_problem(const char *url);

/* What is wrong with the address of a server, or NULL. */
const char *hb_origin_problem(const char *url);

/* The host of a good address, without port and brackets. */
const char *hb_origin_host(struct hb_arena *arena, const char *url);

#endif
