/*
 * What 'bisect' tries: the versions that were released, or the commits that were made, after a good
 * one up to a bad one.
 */
#ifndef HB_CLI_BISECT_RANGE_H
#define HB_CLI_BISECT_RANGE_H

#include "cli/one_cell.h"

struct hb_bisect_candidate {
    const char *name;    /* for people, and for JSON: "0.27.1", "3f2a91c07b" */
    const char *id;      /* the version, or the whole hash of the commit */
    const char *subject; /* as --base and --head take it */
};

struct hb_bisect_range {
    const char *repository;            /* of the commits; NULL: versions */
    struct hb_bisect_candidate good;   /* before all others */
    struct hb_bisect_candidate *items; /* in order, the bad one last; at least one */
    size_t count;
};

struct hb_bisect_ends {
    const char *good, *bad; /* as typed */
    const char *repository; /* --repo: a folder in it; NULL: versions */
};

/* Asks the package manager or git. HB_ERR_INPUT: an end is none, or they are in the wrong order, or
 * the cell's client cannot be had that way. In cli->arena. */
int hb_bisect_range_find(struct hb_cli *cli, const struct hb_one_cell *cell,
                         const struct hb_bisect_ends *ends, int interrupt_fd,
                         struct hb_bisect_range *ret_range, struct hb_error *err) HB_MUST_CHECK;

/* "2026-11-24 Parse headers once": of a commit, its date and what it says of itself, safe for a
 * terminal; "" for a version. */
const char *hb_bisect_words(struct hb_cli *cli, const struct hb_bisect_range *range,
                            const struct hb_bisect_candidate *candidate);

#endif
