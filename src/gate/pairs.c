/* Grouping stored rows: into pairs of one sweep, or by cell of two. Rows are sorted by what they
 * have in common, so that those of one cell are neighbours. */
#include "gate/observations.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

/* A row in the place that it takes. A base's row has two where its cell has a control. */
struct entry {
    const struct hb_run_row *row;
    size_t index; /* in the caller's rows: the order of execution */
    enum hb_side side;
    bool control;
};

static int order_of(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

/* ---- pairs of one sweep ---- */

static int compare_cells(const struct entry *a, const struct entry *b)
{
    int order = order_of(a->control, b->control);

    return order != 0 ? order : strcmp(a->row->cell_id, b->row->cell_id);
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int order = compare_cells(a, b);

    if (order == 0)
        order = order_of(a->row->round, b->row->round);
    return order != 0 ? order : order_of(a->index, b->index);
}

static size_t list_entries(const struct hb_run_row *rows, size_t count,
                           const struct hb_subject_names *names, struct entry *entries)
{
    const struct {
        const char *name;
        enum hb_side side;
        bool control;
    } places[] = {
        {names->base, HB_SIDE_BASE, false},
        {names->head, HB_SIDE_HEAD, false},
        {names->base, HB_SIDE_BASE, true},
        {HB_SUBJECT_CONTROL_NAME, HB_SIDE_HEAD, true},
    };
    size_t listed = 0;

    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < HB_ARRAY_LEN(places); k++) {
            if (strcmp(rows[i].subject, places[k].name) == 0)
                entries[listed++] = (struct entry){&rows[i], i, places[k].side, places[k].control};
        }
    }
    return listed;
}

static struct hb_pair *find_pair(struct hb_paired_cell *cell, unsigned round)
{
    if (cell->count == 0 || cell->pairs[cell->count - 1].round != round) {
        struct hb_pair *pair = &cell->pairs[cell->count++];

        pair->round = round;
        for (size_t side = 0; side < HB_SIDES; side++)
            pair->sides[side].failure = "";
    }
    return &cell->pairs[cell->count - 1];
}

/* The entries of one cell. False for a control's that has only the base: it is no control. */
static bool make_cell(const struct entry *entries, size_t count, struct hb_arena *arena,
                      struct hb_paired_cell *cell)
{
    bool has_head = false;

    *cell = (struct hb_paired_cell){.label = entries[0].row,
                                    .control = entries[0].control,
                                    .pairs = hb_arena_calloc(arena, count, sizeof *cell->pairs)};
    for (size_t i = 0; i < count; i++) {
        find_pair(cell, entries[i].row->round)->sides[entries[i].side] =
            hb_observe_row(entries[i].row);
        has_head |= entries[i].side == HB_SIDE_HEAD;
    }
    return has_head || !cell->control;
}

/* The order in which cells were first run: labels are the earliest rows, all of one array. */
static int compare_made(const void *left, const void *right)
{
    const struct hb_paired_cell *a = left, *b = right;
    int order = order_of(a->control, b->control);

    return order != 0 ? order : (a->label > b->label) - (a->label < b->label);
}

struct hb_paired_cells hb_pair_rows(const struct hb_run_row *rows, size_t count,
                                    const struct hb_subject_names *names, struct hb_arena *arena)
{
    struct entry *entries = hb_arena_calloc(arena, count * 2, sizeof *entries);
    size_t listed = list_entries(rows, count, names, entries), end;
    struct hb_paired_cells cells = {0};

    qsort(entries, listed, sizeof *entries, compare_entries);
    cells.cells = hb_arena_calloc(arena, listed, sizeof *cells.cells);
    for (size_t start = 0; start < listed; start = end) {
        for (end = start + 1; end < listed && compare_cells(&entries[start], &entries[end]) == 0;)
            end++;
        cells.count += make_cell(entries + start, end - start, arena, &cells.cells[cells.count]);
    }
    qsort(cells.cells, cells.count, sizeof *cells.cells, compare_made);
    return cells;
}

/* ---- cells of two sweeps ---- */

static int compare_loads(const struct hb_run_row *a, const struct hb_run_row *b)
{
    const double left[] = {a->concurrency, a->rate, a->burst, (double)a->every_ns};
    const double right[] = {b->concurrency, b->rate, b->burst, (double)b->every_ns};
    int order = 0;

    for (size_t i = 0; i < HB_ARRAY_LEN(left) && order == 0; i++)
        order = (left[i] > right[i]) - (left[i] < right[i]);
    return order;
}

static int compare_but_duration(const struct hb_run_row *a, const struct hb_run_row *b)
{
    const char *const left[] = {a->server, a->client, a->mode,        a->method,
                                a->url,    a->http,   a->options_json};
    const char *const right[] = {b->server, b->client, b->mode,        b->method,
                                 b->url,    b->http,   b->options_json};
    int order = 0;

    for (size_t i = 0; i < HB_ARRAY_LEN(left) && order == 0; i++)
        order = strcmp(left[i], right[i]);
    return order != 0 ? order : compare_loads(a, b);
}

static int compare_by(const struct entry *a, const struct entry *b, enum hb_cell_match match)
{
    return match == HB_MATCH_CELL_ID ? strcmp(a->row->cell_id, b->row->cell_id)
                                     : compare_but_duration(a->row, b->row);
}

static int compare_sides(const void *left, const void *right, void *context)
{
    const struct entry *a = left, *b = right;
    int order = compare_by(a, b, *(const enum hb_cell_match *)context);

    return order != 0 ? order : order_of(a->index, b->index);
}

static void append_side(struct hb_rows rows, enum hb_side side, struct entry *entries,
                        size_t *count)
{
    for (size_t i = 0; i < rows.count; i++, (*count)++)
        entries[*count] = (struct entry){&rows.rows[i], *count, side, false};
}

static void match_cell(const struct entry *entries, size_t count, struct hb_arena *arena,
                       struct hb_unpaired_cell *cell)
{
    for (size_t side = 0; side < HB_SIDES; side++)
        cell->runs[side] = hb_arena_calloc(arena, count, sizeof *cell->runs[side]);
    for (size_t i = 0; i < count; i++) {
        enum hb_side side = entries[i].side;

        if (cell->labels[side] == NULL)
            cell->labels[side] = entries[i].row;
        cell->runs[side][cell->counts[side]++] = hb_observe_row(entries[i].row);
    }
}

/* As head has them; then what only base has. The labels of one side are all of one array. */
static int compare_matched(const void *left, const void *right)
{
    const struct hb_unpaired_cell *a = left, *b = right;
    const struct hb_run_row *first = a->labels[HB_SIDE_HEAD], *second = b->labels[HB_SIDE_HEAD];

    if ((first == NULL) != (second == NULL))
        return first == NULL ? 1 : -1;
    if (first == NULL) {
        first = a->labels[HB_SIDE_BASE];
        second = b->labels[HB_SIDE_BASE];
    }
    return (first > second) - (first < second);
}

struct hb_unpaired_cells hb_match_rows(struct hb_rows base, struct hb_rows head,
                                       enum hb_cell_match match, struct hb_arena *arena)
{
    struct entry *entries = hb_arena_calloc(arena, base.count + head.count, sizeof *entries);
    struct hb_unpaired_cells cells = {0};
    size_t count = 0, end;

    append_side(base, HB_SIDE_BASE, entries, &count);
    append_side(head, HB_SIDE_HEAD, entries, &count);
    qsort_r(entries, count, sizeof *entries, compare_sides, &match);
    cells.cells = hb_arena_calloc(arena, count, sizeof *cells.cells);
    for (size_t start = 0; start < count; start = end) {
        for (end = start + 1;
             end < count && compare_by(&entries[start], &entries[end], match) == 0;)
            end++;
        match_cell(entries + start, end - start, arena, &cells.cells[cells.count++]);
    }
    qsort(cells.cells, cells.count, sizeof *cells.cells, compare_matched);
    return cells;
}
