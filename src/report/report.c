/* Loading what reports need, and the list of formats. */
#include "report/report.h"

#include <string.h>

#include "report/exporters.h"
#include "report/whole_file.h"

static const struct hb_exporter *const exporters[] = {
    &hb_exporter_text,     &hb_exporter_html, &hb_exporter_csv,
    &hb_exporter_csv_long, &hb_exporter_json, NULL,
};

const struct hb_exporter *const *hb_exporters(void)
{
    return exporters;
}

const struct hb_exporter *hb_exporter_find(const char *format)
{
    for (size_t i = 0; exporters[i] != NULL; i++) {
        if (strcmp(exporters[i]->format, format) == 0)
            return exporters[i];
    }
    return NULL;
}

const struct hb_exporter *hb_exporter_for_path(const char *path)
{
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot != NULL && exporters[i] != NULL; i++) {
        if (strcmp(exporters[i]->extension, dot + 1) == 0)
            return exporters[i];
    }
    return NULL;
}

int hb_report_load(struct hb_store *store, const char *sweep_selector, const char *made_by,
                   struct hb_arena *arena, struct hb_report *ret_report, struct hb_error *err)
{
    struct hb_sweep_row *sweep = hb_arena_alloc(arena, sizeof *sweep);
    struct hb_server_row *servers;
    struct hb_hop_row *hops;
    struct hb_unhonoured_row *unhonoured;
    struct hb_wire_row *wires;
    struct hb_run_row *runs, *yardsticks;

    *ret_report =
        (struct hb_report){.sweep = sweep, .store = store, .made_by = made_by, .arena = arena};
    if (hb_store_find_sweep(store, sweep_selector, arena, sweep, err) != 0 ||
        hb_store_load_runs(store, sweep->id, arena, &runs, &ret_report->runs_count, err) != 0 ||
        hb_store_load_yardsticks(store, sweep->id, arena, &yardsticks,
                                 &ret_report->yardsticks.count, err) != 0 ||
        hb_store_load_servers(store, sweep->id, arena, &servers, &ret_report->servers_count, err) !=
            0 ||
        hb_store_load_hops(store, sweep->id, arena, &hops, &ret_report->hops_count, err) != 0 ||
        hb_store_load_unhonoured(store, sweep->id, arena, &unhonoured,
                                 &ret_report->unhonoured_count, err) != 0 ||
        hb_store_load_wires(store, sweep->id, arena, &wires, &ret_report->wires_count, err) != 0 ||
        hb_cell_counts_load(store, sweep->id, arena, &ret_report->counts, err) != 0)
        return -1;
    ret_report->wires = wires;
    ret_report->unhonoured = unhonoured;
    ret_report->runs = runs;
    ret_report->yardsticks.rows = yardsticks;
    ret_report->servers = servers;
    ret_report->hops = hops;
    return hb_summarise(store, runs, ret_report->runs_count, arena, &ret_report->cells, err);
}

struct export
{
    const struct hb_report *report;
    const struct hb_exporter *exporter;
};

static int write_export(const void *what, FILE *out, struct hb_error *err)
{
    const struct export *export = what;

    return export->exporter->write(export->report, out, err);
}

int hb_report_write(const struct hb_report *report, const struct hb_exporter *exporter,
                    const char *path, struct hb_error *err)
{
    return hb_write_whole(path, write_export, &(struct export){report, exporter}, err);
}
