/*
 * A stored baseline: what a sweep observed, in a text file that is small enough to commit beside
 * the scenario. One line a cell, in a fixed order, so that a change of it reads well in a diff, and
 * the same sweep always yields the same bytes. schemas/baseline.schema.json describes it.
 *
 * Read back it yields the observations that were saved, measured figures rounded to six digits, so
 * that it is compared as a sweep is (gate/observations.h); its runs have no partners, hence such a
 * comparison is advisory. A file is hostile input: bounded, checked, and what is wrong with it is
 * said with file, line and column.
 */
#ifndef HB_GATE_BASELINE_H
#define HB_GATE_BASELINE_H

#include "base/arena.h"
#include "base/buf.h"
#include "gate/observations.h"
#include "store/store.h"

#define HB_BASELINE_SCHEMA_VERSION 1
#define HB_BASELINE_EXTENSION ".baseline"
#define HB_BASELINE_MAX_BYTES (1u << 20) /* some 2,500 cells; no more is written, or read */

/* A cell as it was observed. */
struct hb_baseline_cell {
    struct hb_run_row label;     /* texts, load and duration; everything else is "" or 0 */
    struct hb_observation *runs; /* those that succeeded, by round, then those that did not */
    size_t count;
};

struct hb_baseline_server {
    const char *server, *version;
};

struct hb_baseline {
    const char *scenario, *scenario_hash;
    const char *measured; /* when its sweep began: "2026-11-24T03:49:35.123Z" */
    const char *revision; /* of the scenario's repository; "" when unknown */
    const char *tool_version;
    const char *fingerprint;
    const char *machine_json;  /* the facts behind the fingerprint; "{}" when unknown */
    const char *settings_json; /* hb_sweep_row.settings_json; "{}" when unknown */
    const struct hb_baseline_server *servers;
    size_t servers_count;
    const struct hb_baseline_cell *cells; /* as hb_run_compare_labels() sorts them */
    size_t cells_count;
};

/*
 * What a sweep of the database (an id, latest, latest~N, or the name of a pinned one) observed. Of
 * a sweep with subjects, one: "head"; "" where there are none. HB_ERR_RUN when nothing was
 * measured. In `arena`.
 */
int hb_baseline_of_sweep(struct hb_store *store, const char *sweep_selector, const char *subject,
                         struct hb_arena *arena, struct hb_baseline *ret_baseline,
                         struct hb_error *err) HB_MUST_CHECK;

/* What a baseline keeps of a row: what tells cells apart and what people read. */
struct hb_run_row hb_baseline_label(const struct hb_run_row *row);

/* Of hb_environment_json(): the facts that the fingerprint is of, without the long list of
 * mitigations. */
const char *hb_baseline_machine_json(const char *environment_json, struct hb_arena *arena);

/* Whether a name on the command line means a file of this kind: FILE.baseline. */
bool hb_baseline_is_path(const char *name);

/* Read and check a file; "-" is standard input. HB_ERR_BASELINE names what is wrong first, where,
 * and how much more is. In `arena`. */
int hb_baseline_read(const char *path, struct hb_arena *arena, struct hb_baseline *ret_baseline,
                     struct hb_error *err) HB_MUST_CHECK;

/* The same of a text in memory; `name` stands for the file. */
int hb_baseline_parse(const char *name, const char *text, size_t length, struct hb_arena *arena,
                      struct hb_baseline *ret_baseline, struct hb_error *err) HB_MUST_CHECK;

/* The file's text. HB_ERR_LIMIT when it would be longer than HB_BASELINE_MAX_BYTES. */
int hb_baseline_put(const struct hb_baseline *baseline, struct hb_buf *ret_text,
                    struct hb_error *err) HB_MUST_CHECK;

/*
 * Whether figures of the two mean the same: one machine, one way of measuring. HB_ERR_BASELINE with
 * what differs and what to do about it. Other scenario hashes, cells and versions are no obstacle:
 * cells are matched one by one.
 */
int hb_baseline_check(const struct hb_baseline *base, const struct hb_baseline *head,
                      struct hb_error *err) HB_MUST_CHECK;

/* What differs and is no obstacle: the scenario, versions of clients, servers and of this program.
 * Sentences, NULL-terminated, in `arena`. */
const char *const *hb_baseline_notices(const struct hb_baseline *base,
                                       const struct hb_baseline *head, struct hb_arena *arena);

/* As hb_match_rows() does for two sweeps, by cell id: a cell that only one side has is there with
 * that side alone. In `arena`; labels and observations are borrowed from both. */
struct hb_unpaired_cells hb_baseline_match(const struct hb_baseline *base,
                                           const struct hb_baseline *head, struct hb_arena *arena);

#endif
