/*
 * One cell of a stored sweep or of a scenario, singled out so that a gate can be made of it alone:
 * by overrides that leave only its client, and by filters that name exactly its other values.
 */
#ifndef HB_CLI_ONE_CELL_H
#define HB_CLI_ONE_CELL_H

#include "cli/cli.h"
#include "cli/planning.h"
#include "scenario/gate_options.h"

struct hb_one_cell_request {
    const char *cell;     /* its id, or the beginning of one */
    const char *scenario; /* a file; NULL: that of the sweep */
    const char *sweep;    /* NULL: the newest */
    const char *database; /* NULL: the default */
    struct hb_strings sets;
};

struct hb_one_cell {
    const char *path;                   /* of the scenario */
    const char *label;                  /* "httpx/async GET /get ×16 on builtin" */
    char id[HB_CELL_ID_BYTES];          /* of the cell in the scenario as it is now */
    struct hb_strings sets, filters;    /* those of the request among the sets */
    const struct hb_registry *registry; /* with what the scenario defines, all in cli->arena */
    const struct hb_entry *entry;       /* of its client */
    struct hb_gate_margin margins[HB_GATE_METRICS]; /* of this cell, as the scenario says */
};

/* HB_ERR_NOT_FOUND: no such sweep or cell, or it is no longer in the scenario; HB_ERR_INPUT:
 * several begin so, or it cannot be singled out. */
int hb_one_cell_find(struct hb_cli *cli, const struct hb_one_cell_request *request,
                     struct hb_one_cell *ret_cell, struct hb_error *err) HB_MUST_CHECK;

/* "--filter" texts, each of which names exactly the value that the cell has: characters that mean
 * something to a glob are escaped. All axes of several values but the duration, which a gate may
 * shorten, unless the scenario has several: then it is left alone. */
struct hb_strings hb_cell_filters(const struct hb_scenario *scenario, const struct hb_cell *cell,
                                  struct hb_arena *arena);

/* The override "gate.margins.cpu={…}" that says what a margin is. */
const char *hb_margin_override(enum hb_gate_metric metric, const struct hb_gate_margin *margin,
                               struct hb_arena *arena);

/* `sets` and one more. */
void hb_sets_add(struct hb_arena *arena, struct hb_strings *sets, const char *text);

#endif
