#include "report/cell_counts.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *left, const void *right)
{
    const struct hb_counts_row *a = left, *b = right;
    int order = strcmp(a->cell_id, b->cell_id);

    return order != 0 ? order : strcmp(a->subject, b->subject);
}

int hb_cell_counts_load(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                        struct hb_cell_counts *ret_counts, struct hb_error *err)
{
    struct hb_counts_row *rows;

    if (hb_store_load_counts(store, sweep_id, arena, &rows, &ret_counts->count, err) != 0)
        return -1;
    if (ret_counts->count > 0)
        qsort(rows, ret_counts->count, sizeof *rows, compare);
    ret_counts->rows = rows;
    return 0;
}

const struct hb_counts *hb_cell_counts_of(const struct hb_cell_counts *counts,
                                          const struct hb_run_row *run)
{
    const struct hb_counts_row key = {.cell_id = run->cell_id, .subject = run->subject};
    const struct hb_counts_row *found = NULL;

    if (counts->count > 0)
        found = bsearch(&key, counts->rows, counts->count, sizeof key, compare);
    return found != NULL ? &found->counts : NULL;
}
