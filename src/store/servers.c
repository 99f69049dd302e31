/* Servers of several programs: what each was, and what it used and counted in a run. */
#include "store/servers.h"

#include "store/fields.h"
#include "store/row.h"
#include "store/store.h"

#define SQL_MAX_BYTES 4096

/* ---- writing ---- */

static int is_known(struct hb_store *store, int64_t sweep_id, const char *server, bool *ret_known,
                    struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;

    if (hb_db_prepare_id(store, "SELECT 1 FROM servers WHERE sweep_id = ?1 AND server = ?2",
                         sweep_id, &statement, err) != 0)
        return -1;
    sqlite3_bind_text(statement, 2, server, -1, SQLITE_STATIC);
    return hb_db_step(store, statement, ret_known, err);
}

int hb_store_save_server(struct hb_store *store, int64_t sweep_id,
                         const struct hb_server_facts *facts, struct hb_error *err)
{
    struct hb_row row = {0};
    bool known = false;

    if (is_known(store, sweep_id, hb_server_instance(facts->server), &known, err) != 0)
        return -1;
    if (known)
        return 0;
    hb_row_integer(&row, "sweep_id", sweep_id);
    hb_row_text(&row, "server", hb_server_instance(facts->server));
    hb_row_text(&row, "version", facts->version);
    hb_row_text(&row, "configuration", facts->configuration);
    return hb_row_insert_one(store, "servers", &row, err);
}

static void add_usage(struct hb_row *row, const struct hb_usage *usage)
{
    hb_row_known(row, "cpu_ns", usage->known, usage->cpu_ns);
    hb_row_known(row, "rss_avg_bytes", usage->known, (int64_t)usage->rss_avg_bytes);
    hb_row_known(row, "rss_peak_bytes", usage->known, (int64_t)usage->rss_peak_bytes);
    hb_row_known(row, "voluntary_switches", usage->known, (int64_t)usage->voluntary_switches);
    hb_row_known(row, "involuntary_switches", usage->known, (int64_t)usage->involuntary_switches);
    hb_row_known(row, "read_bytes", usage->known, (int64_t)usage->read_bytes);
    hb_row_known(row, "written_bytes", usage->known, (int64_t)usage->written_bytes);
    hb_row_known(row, "runqueue_wait_ns", usage->known, usage->runqueue_wait_ns);
    hb_row_known(row, "processes", usage->known, usage->processes);
    hb_row_known(row, "threads", usage->known, usage->threads);
}

static void add_counts(struct hb_row *row, const struct hb_hop_report *hop)
{
    const struct hb_server_counts *all = &hop->counts, *window = &hop->window;

    hb_row_known(row, "requests", all->known, (int64_t)all->requests);
    hb_row_known(row, "connections", all->known, (int64_t)all->connections);
    hb_row_known(row, "bytes_in", all->bytes_known, (int64_t)all->bytes_in);
    hb_row_known(row, "bytes_out", all->bytes_known, (int64_t)all->bytes_out);
    hb_row_known(row, "window_requests", window->known, (int64_t)window->requests);
    hb_row_known(row, "window_connections", window->known, (int64_t)window->connections);
}

int hb_hops_insert(struct hb_store *store, int64_t run_id, const struct hb_run_result *result,
                   struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;

    for (size_t i = 0; i < result->hops_count; i++) {
        const struct hb_hop_report *hop = &result->hops[i];
        struct hb_row row = {0};

        hb_row_integer(&row, "run_id", run_id);
        hb_row_integer(&row, "hop", (int64_t)i);
        hb_row_name(&row, "name", hop->name);
        hb_row_integer(&row, "ended", hop->ended);
        add_usage(&row, &hop->usage);
        add_counts(&row, hop);
        if (hb_row_insert(store, &statement, "hops", &row, err) != 0)
            return -1;
    }
    return 0;
}

/* ---- reading ---- */

#define FIELD(struct_type, expression, kind, name)                                                 \
    {                                                                                              \
        expression, HB_FIELD_##kind, offsetof(struct_type, name)                                   \
    }
#define SERVER(name) FIELD(struct hb_server_row, #name, TEXT, name)
#define HOP(kind, name) FIELD(struct hb_hop_row, "h." #name, kind, name)

static const struct hb_field server_fields[] = {SERVER(server), SERVER(version),
                                                SERVER(configuration)};

static const struct hb_field hop_fields[] = {
    HOP(I64, run_id),
    HOP(U32, hop),
    HOP(TEXT, name),
    HOP(U32, ended),
    HOP(KNOWN, cpu_ns),
    HOP(KNOWN, rss_avg_bytes),
    HOP(KNOWN, rss_peak_bytes),
    HOP(KNOWN, requests),
    HOP(KNOWN, connections),
    HOP(KNOWN, bytes_in),
    HOP(KNOWN, bytes_out),
    HOP(KNOWN, window_requests),
    HOP(KNOWN, window_connections),
};

static const struct hb_listing servers_listing = {server_fields, HB_ARRAY_LEN(server_fields),
                                                  "FROM servers WHERE sweep_id = ?1",
                                                  "ORDER BY server", sizeof(struct hb_server_row)};
static const struct hb_listing hops_listing = {
    hop_fields, HB_ARRAY_LEN(hop_fields),
    "FROM hops h JOIN runs r ON r.id = h.run_id WHERE r.sweep_id = ?1",
    "ORDER BY r.position, h.hop", sizeof(struct hb_hop_row)};

int hb_store_load_servers(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                          struct hb_server_row **ret_rows, size_t *ret_count, struct hb_error *err)
{
    void *rows;

    if (hb_listing_load(store, &servers_listing, sweep_id, arena, &rows, ret_count, err) != 0)
        return -1;
    *ret_rows = rows;
    return 0;
}

int hb_store_load_hops(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                       struct hb_hop_row **ret_rows, size_t *ret_count, struct hb_error *err)
{
    void *rows;

    if (hb_listing_load(store, &hops_listing, sweep_id, arena, &rows, ret_count, err) != 0)
        return -1;
    *ret_rows = rows;
    return 0;
}
