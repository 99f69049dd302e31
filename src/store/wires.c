/* Wire profiles: kept as JSON, with the figures that a query may want beside it. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/secrets.h"
#include "store/db.h"
#include "store/fields.h"
#include "store/mask.h"
#include "store/row.h"
#include "store/store.h"

#define JSON_MAX_BYTES (16u << 20)

/* ---- secrets ---- */

static int hex_value(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c != '\0' ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

    return at != NULL ? (int)(at - digits) : -1;
}

/* `text` with %XX as the bytes they stand for. The caller frees. */
static char *percent_decoded(const char *text)
{
    char *decoded = hb_strdup(text), *end = decoded;

    for (const char *at = text; *at != '\0'; at++) {
        bool escape = at[0] == '%' && hex_value(at[1]) >= 0 && hex_value(at[2]) >= 0;
        int byte = escape ? hex_value(at[1]) * 16 + hex_value(at[2]) : 0;

        if (escape && byte != 0) {
            *end++ = (char)byte;
            at += 2;
        } else {
            *end++ = *at;
        }
    }
    *end = '\0';
    return decoded;
}

/* A client may escape a secret in a URL its own way, so that its value is not found any more: then
 * the whole target is masked. */
static const char *mask_line(const struct hb_secrets *secrets, const char *line,
                             struct hb_arena *arena)
{
    HB_CLEANUP(hb_free_ptr) char *plain = percent_decoded(line);
    HB_CLEANUP(hb_free_ptr) char *masked_plain = hb_secrets_masked(secrets, plain);
    HB_CLEANUP(hb_free_ptr) char *masked = hb_secrets_masked(secrets, line);
    const char *space = strchr(line, ' '), *last = strrchr(line, ' ');

    if (strcmp(plain, masked_plain) == 0 || strcmp(line, masked) != 0 || space == last)
        return line;
    return hb_arena_printf(arena, "%.*s " HB_SECRET_MASK "%s", (int)(space - line), line, last);
}

/* As JSON, without secrets. The caller frees. */
static char *profile_json(const struct hb_secrets *secrets, const struct hb_wire_profile *profile)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    HB_CLEANUP(hb_buf_release) struct hb_buf json;
    struct hb_wire_profile copy = *profile;
    struct hb_wire_request *seen;

    hb_arena_init(&arena);
    hb_buf_init(&json, JSON_MAX_BYTES);
    seen = hb_arena_calloc(&arena, profile->seen_count + 1, sizeof *seen);
    for (size_t i = 0; i < profile->seen_count; i++) {
        seen[i] = profile->seen[i];
        if (secrets != NULL)
            seen[i].line = mask_line(secrets, seen[i].line, &arena);
    }
    copy.seen = seen;
    hb_wire_put_json(&copy, &json);
    return hb_mask_json(secrets, hb_buf_text(&json));
}

/* ---- writing ---- */

static int is_kept(struct hb_store *store, int64_t sweep_id, size_t ordinal, bool *ret_kept,
                   struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;

    if (hb_db_prepare_id(store, "SELECT 1 FROM wires WHERE sweep_id = ?1 AND ordinal = ?2",
                         sweep_id, &statement, err) != 0)
        return -1;
    sqlite3_bind_int64(statement, 2, (int64_t)ordinal);
    return hb_db_step(store, statement, ret_kept, err);
}

static void add_known(struct hb_row *row, const char *column, double value)
{
    if (value >= 0)
        hb_row_real(row, column, value);
}

static void add_figures(struct hb_row *row, const struct hb_wire_profile *profile)
{
    hb_row_integer(row, "requests", (int64_t)profile->requests);
    hb_row_integer(row, "connections", (int64_t)profile->connections);
    add_known(row, "bytes_sent", profile->bytes_sent);
    add_known(row, "bytes_received", profile->bytes_received);
    add_known(row, "system_calls", profile->system_calls);
    add_known(row, "instructions", profile->instructions);
    if (profile->instructions >= 0)
        hb_row_name(row, "instructions_by", profile->instructions_how);
}

int hb_store_save_wire(struct hb_store *store, int64_t sweep_id,
                       const struct hb_wire_result *result, struct hb_error *err)
{
    HB_CLEANUP(hb_free_ptr) char *json = NULL;
    struct hb_row row = {0};
    bool kept = false;

    if (is_kept(store, sweep_id, result->cell, &kept, err) != 0)
        return -1;
    if (kept)
        return 0;
    hb_row_integer(&row, "sweep_id", sweep_id);
    hb_row_integer(&row, "ordinal", (int64_t)result->cell);
    if (result->profile != NULL) {
        json = profile_json(store->secrets, result->profile);
        add_figures(&row, result->profile);
        hb_row_name(&row, "profile", json);
    } else {
        hb_row_text(&row, "failure", result->failure);
    }
    return hb_row_insert_one(store, "wires", &row, err);
}

/* ---- reading ---- */

/* All runs of a row of `cells` have one subject. */
#define SUBJECT "SELECT r.subject FROM runs r WHERE r.cell_id = c.id LIMIT 1"
#define OF_SUBJECT                                                                                 \
    "ifnull((SELECT " HB_SQL_OF_SUBJECT " FROM runs r WHERE r.cell_id = c.id LIMIT 1), '')"

#define WIRE(expression, kind, name)                                                               \
    {                                                                                              \
        expression, HB_FIELD_##kind, offsetof(struct hb_wire_row, name)                            \
    }

static const struct hb_field fields[] = {
    WIRE("w.ordinal", I64, ordinal),
    WIRE("c.cell_key", TEXT, cell_id),
    WIRE("c.client || " OF_SUBJECT, TEXT, client),
    WIRE("c.client_library || " OF_SUBJECT, TEXT, client_library),
    WIRE("c.mode", TEXT, mode),
    WIRE("c.server", TEXT, server),
    WIRE("c.method", TEXT, method),
    WIRE("c.url", TEXT, url),
    WIRE("c.protocol", TEXT, protocol),
    WIRE("(" SUBJECT ")", TEXT, subject),
    WIRE("w.failure", TEXT, failure),
    WIRE("w.profile", TEXT, profile_json),
};

static const struct hb_listing listing = {
    .fields = fields,
    .fields_count = HB_ARRAY_LEN(fields),
    .from = "FROM wires w JOIN cells c ON c.sweep_id = w.sweep_id AND c.ordinal = w.ordinal"
            " WHERE w.sweep_id = ?1",
    /* comparable ones together, in the order in which the first of them stands in the plan */
    .order = "ORDER BY min(w.ordinal) OVER (PARTITION BY c.server, c.method, c.url, c.protocol),"
             " c.server, c.method, c.url, c.protocol, w.ordinal",
    .row_bytes = sizeof(struct hb_wire_row),
};

static const struct hb_wire_profile unknown = {
    .client_version = "",
    .bytes_sent = -1,
    .bytes_received = -1,
    .setup_sent = -1,
    .setup_received = -1,
    .seen_why = "",
    .seen_note = "",
    .system_calls = -1,
    .system_calls_why = "",
    .instructions = -1,
    .instructions_spread = -1,
    .instructions_why = "",
    .instructions_how = "",
};

static int read_profile(struct hb_wire_row *row, struct hb_arena *arena, struct hb_error *err)
{
    row->sent = unknown;
    if (row->profile_json[0] == '\0')
        return 0;
    return hb_wire_from_json(row->profile_json, arena, &row->sent, err);
}

int hb_store_load_wires(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                        struct hb_wire_row **ret_rows, size_t *ret_count, struct hb_error *err)
{
    void *rows;

    if (hb_listing_load(store, &listing, sweep_id, arena, &rows, ret_count, err) != 0)
        return -1;
    *ret_rows = rows;
    for (size_t i = 0; i < *ret_count; i++)
        if (read_profile(&(*ret_rows)[i], arena, err) != 0)
            return -1;
    return 0;
}

/* ---- counts ---- */

#define COUNTS(expression, kind, name)                                                             \
    {                                                                                              \
        expression, HB_FIELD_##kind, offsetof(struct hb_counts_row, name)                          \
    }

static const struct hb_field counts_fields[] = {
    COUNTS("c.cell_key", TEXT, cell_id),
    COUNTS("(" SUBJECT ")", TEXT, subject),
    COUNTS("c.wire_ordinal", I64, wire_ordinal),
};

static const struct hb_listing counts_listing = {
    .fields = counts_fields,
    .fields_count = HB_ARRAY_LEN(counts_fields),
    .from = "FROM cells c WHERE c.sweep_id = ?1 AND c.wire_ordinal NOT NULL",
    .order = "ORDER BY c.ordinal",
    .row_bytes = sizeof(struct hb_counts_row),
};

static int by_ordinal(const void *left, const void *right)
{
    int64_t a = ((const struct hb_wire_row *)left)->ordinal;
    int64_t b = ((const struct hb_wire_row *)right)->ordinal;

    return (a > b) - (a < b);
}

static struct hb_counts counts_of(const struct hb_wire_row *wire)
{
    if (wire == NULL)
        return hb_counts_of(NULL, "the sweep ended before they were counted");
    return hb_counts_of(wire->profile_json[0] != '\0' ? &wire->sent : NULL, wire->failure);
}

int hb_store_load_counts(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                         struct hb_counts_row **ret_rows, size_t *ret_count, struct hb_error *err)
{
    struct hb_wire_row *wires;
    size_t wires_count;
    void *rows;

    if (hb_store_load_wires(store, sweep_id, arena, &wires, &wires_count, err) != 0 ||
        hb_listing_load(store, &counts_listing, sweep_id, arena, &rows, ret_count, err) != 0)
        return -1;
    *ret_rows = rows;
    if (wires_count > 0)
        qsort(wires, wires_count, sizeof *wires, by_ordinal);
    for (size_t i = 0; i < *ret_count; i++) {
        const struct hb_wire_row key = {.ordinal = (*ret_rows)[i].wire_ordinal};

        (*ret_rows)[i].counts = counts_of(
            wires_count > 0 ? bsearch(&key, wires, wires_count, sizeof key, by_ordinal) : NULL);
    }
    return 0;
}

int hb_store_find_wire(struct hb_store *store, int64_t sweep_id, const char *prefix,
                       int64_t *ret_ordinal, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;
    bool found = false;

    if (hb_db_prepare_id(store,
                         "SELECT min(wire_ordinal), max(wire_ordinal) FROM cells c "
                         "WHERE sweep_id = ?1 AND substr(cell_key, 1, length(?2)) = ?2 "
                         "AND wire_ordinal NOT NULL AND NOT EXISTS (SELECT 1 FROM cells b "
                         "  WHERE b.sweep_id = ?1 AND b.cell_key = c.cell_key"
                         "  AND b.ordinal < c.ordinal)",
                         sweep_id, &statement, err) != 0)
        return -1;
    sqlite3_bind_text(statement, 2, prefix, -1, SQLITE_STATIC);
    if (hb_db_step(store, statement, &found, err) != 0)
        return -1;
    if (!found || sqlite3_column_type(statement, 0) == SQLITE_NULL)
        return hb_fail(err, HB_ERR_NOT_FOUND,
                       "sweep %lld has no cell '%.64s' whose requests were looked at",
                       (long long)sweep_id, prefix);
    *ret_ordinal = sqlite3_column_int64(statement, 0);
    if (*ret_ordinal != sqlite3_column_int64(statement, 1))
        return hb_fail(err, HB_ERR_INPUT, "several cells begin with '%.64s'; give more of it",
                       prefix);
    return 0;
}
