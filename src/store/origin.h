/*
 * What a sweep's plan was made of beside the scenario's text: the folder that relative paths start
 * from, the registry files of the user's own, and what the command line laid over the scenario.
 * With it a plan can be made again from the database alone, as long as the files it names are
 * there.
 */
#ifndef HB_STORE_ORIGIN_H
#define HB_STORE_ORIGIN_H

#include "scenario/scenario.h"

struct hb_origin {
    const char *directory;             /* absolute; NULL: unknown */
    const char *const *client_folders; /* NULL-terminated; NULL: none */
    struct hb_scenario_overrides overrides;
};

/* JSON; the caller frees. */
char *hb_origin_json(const struct hb_origin *origin);

/* Everything in `arena`. "" and texts of no use make an empty one. */
void hb_origin_read(const char *json, struct hb_arena *arena, struct hb_origin *ret_origin);

#endif
