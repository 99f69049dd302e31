/* By what each cell of a gate was judged. */
#include "store/gate_margins.h"

#include <string.h>

#include "store/fields.h"
#include "store/row.h"

static const char *const weight_names[] = {
    [HB_GATE_DECIDES] = "decides",
    [HB_GATE_ADVISORY] = "advisory",
    [HB_GATE_OFF] = "off",
};

enum hb_gate_metric hb_gate_metric_of(const char *name)
{
    unsigned metric = 0;

    while (metric < HB_GATE_METRICS &&
           strcmp(name, hb_gate_metric_name((enum hb_gate_metric)metric)) != 0)
        metric++;
    return (enum hb_gate_metric)metric;
}

int hb_gate_margins_insert(struct hb_store *store, int64_t sweep_id,
                           const struct hb_gate_margins *margins, size_t count,
                           struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;

    for (size_t i = 0; i < count * HB_GATE_METRICS; i++) {
        const struct hb_gate_margins *cell = &margins[i / HB_GATE_METRICS];
        enum hb_gate_metric metric = (enum hb_gate_metric)(i % HB_GATE_METRICS);
        const struct hb_gate_margin *margin = &cell->margins[metric];
        struct hb_row row = {0};

        hb_row_integer(&row, "sweep_id", sweep_id);
        hb_row_name(&row, "cell_key", cell->cell_id);
        hb_row_name(&row, "metric", hb_gate_metric_name(metric));
        hb_row_real(&row, "margin", margin->relative);
        hb_row_real(&row, "floor", margin->floor);
        hb_row_name(&row, "weight", weight_names[margin->weight]);
        if (hb_row_insert(store, &statement, "gate_margins", &row, err) != 0)
            return -1;
    }
    return 0;
}

struct margin_row {
    const char *cell_id, *metric;
    struct hb_gate_margin margin;
};

#define FIELD(kind, column, member)                                                                \
    {                                                                                              \
        column, HB_FIELD_##kind, offsetof(struct margin_row, member)                               \
    }

static const struct hb_field fields[] = {
    FIELD(TEXT, "cell_key", cell_id),
    FIELD(TEXT, "metric", metric),
    FIELD(DOUBLE, "margin", margin.relative),
    FIELD(DOUBLE, "floor", margin.floor),
    FIELD(U32, "CASE weight WHEN 'decides' THEN 0 WHEN 'advisory' THEN 1 ELSE 2 END",
          margin.weight),
};

_Static_assert(HB_GATE_DECIDES == 0 && HB_GATE_ADVISORY == 1 && HB_GATE_OFF == 2,
               "as the query of `weight` gives them");

static const struct hb_listing listing = {
    fields,
    HB_ARRAY_LEN(fields),
    "FROM gate_margins WHERE sweep_id = ?1",
    "ORDER BY cell_key",
    sizeof(struct margin_row),
};

static void all_off(struct hb_gate_margins *cell)
{
    for (size_t i = 0; i < HB_GATE_METRICS; i++)
        cell->margins[i] = (struct hb_gate_margin){.weight = HB_GATE_OFF};
}

/* Rows of one cell follow each other. */
static size_t gather(const struct margin_row *rows, size_t count, struct hb_gate_margins *cells)
{
    size_t cells_count = 0;

    for (size_t i = 0; i < count; i++) {
        enum hb_gate_metric metric = hb_gate_metric_of(rows[i].metric);

        if (i == 0 || strcmp(rows[i].cell_id, rows[i - 1].cell_id) != 0) {
            cells[cells_count].cell_id = rows[i].cell_id;
            all_off(&cells[cells_count++]);
        }
        if (metric != HB_GATE_METRICS)
            cells[cells_count - 1].margins[metric] = rows[i].margin;
    }
    return cells_count;
}

int hb_gate_margins_load(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                         struct hb_gate_margins **ret_margins, size_t *ret_count,
                         struct hb_error *err)
{
    void *rows;
    size_t count;

    if (hb_listing_load(store, &listing, sweep_id, arena, &rows, &count, err) != 0)
        return -1;
    *ret_margins = hb_arena_calloc(arena, count, sizeof **ret_margins);
    *ret_count = gather(rows, count, *ret_margins);
    return 0;
}
