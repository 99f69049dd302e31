/* Inside the scenario layer: the requests of one URL entry, and a file of them. */
#ifndef HB_SCENARIO_VARIANTS_H
#define HB_SCENARIO_VARIANTS_H

#include "scenario/load.h"

struct hb_requests {
    struct hb_request *items; /* in the arena */
    size_t count, capacity;
    uint64_t digest; /* of all: their URLs as written and the hashes of their bodies */
};

/* `written` is the URL with its variables unexpanded. */
void hb_requests_add(struct hb_loading *loading, struct hb_requests *requests, const char *url,
                     const char *written, const struct hb_body *body);

/* A JSON object a line, with `url` and `body`; what a line leaves out is the entry's. */
int hb_read_variants(struct hb_loading *loading, const struct hb_raw_url *raw,
                     struct hb_requests *requests) HB_MUST_CHECK;

#endif
