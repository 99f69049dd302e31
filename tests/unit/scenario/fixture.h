/* A small registry made by hand, so that these tests depend on no registry file. */
#ifndef HB_TEST_SCENARIO_FIXTURE_H
#define HB_TEST_SCENARIO_FIXTURE_H

#include "config/diag.h"
#include "scenario/scenario.h"

/* Clients: requests (sync), httpx (both; option http2), aiohttp (async; options loop, limit),
 * libcurl (both). Servers: builtin (option threads), nginx, proxy (options scheme, instances; a
 * template). */
extern const struct hb_registry fixture_registry;

/* A group's setup: the variables that scenarios of these tests name. */
int fixture_environment(void **state);

struct loaded {
    struct hb_arena arena;
    struct hb_secrets secrets;
    struct hb_diags diags;
    struct hb_error err;
    struct hb_scenario *scenario; /* NULL: refused */
};

/* From a text in memory, as "test.yaml". */
void load_text(struct loaded *ret, const char *text);
void load_bytes(struct loaded *ret, const char *text, size_t length);

void load_text_with(struct loaded *ret, const char *text,
                    const struct hb_scenario_overrides *overrides);

/* From a file, with overrides (NULL-terminated; NULL: none). */
void load_file(struct loaded *ret, const char *path, const char *const *sets);

void loaded_release(struct loaded *loaded);

/* All diagnostics as a person would see them; the caller frees. */
char *rendered(struct loaded *loaded);

#endif
