/* Which sweeps there are. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/holder.h"
#include <jansson.h>

#include "store/fields.h"
#include "store/store.h"

#define SQL_MAX_BYTES 8192
#define FIELD(expression, kind, name)                                                              \
    {                                                                                              \
        expression, HB_FIELD_##kind, offsetof(struct hb_sweep_row, name)                           \
    }
#define OWN_RUNS "FROM runs WHERE sweep_id = s.id AND purpose NOT IN ('ceiling', 'floor')"
#define COUNT_OF(condition) "(SELECT COUNT(*) " OWN_RUNS condition ")"

static const struct hb_field fields[] = {
    FIELD("s.id", I64, id),
    FIELD("s.scenario_name", TEXT, scenario_name),
    FIELD("s.scenario_hash", TEXT, scenario_hash),
    FIELD("s.status", TEXT, status),
    FIELD("s.purpose", TEXT, purpose),
    FIELD("e.fingerprint", TEXT, fingerprint),
    FIELD("s.tool_version", TEXT, tool_version),
    FIELD("s.revision", TEXT, revision),
    FIELD("s.scenario_path", TEXT, scenario_path),
    FIELD("s.scenario_text", TEXT, scenario_text),
    FIELD("e.facts", TEXT, environment_json),
    FIELD("s.tags", TEXT, tags_json),
    FIELD("s.settings", TEXT, settings_json),
    FIELD("s.origin", TEXT, origin_json),
    FIELD("s.holder", TEXT, holder),
    FIELD("s.started_wall_ns", I64, started_wall_ns),
    FIELD("s.ended_wall_ns", I64, ended_wall_ns),
    FIELD("s.seed", I64, seed),
    FIELD("s.rounds", U32, rounds),
    FIELD("(SELECT COUNT(DISTINCT cell_id) " OWN_RUNS ")", I64, cells_count),
    FIELD(COUNT_OF(""), I64, runs_count),
    FIELD(COUNT_OF(" AND status = 'pending'"), I64, runs_pending),
    FIELD(COUNT_OF(" AND status = 'failed'"), I64, runs_failed),
    FIELD(COUNT_OF(" AND status = 'not_needed'"), I64, runs_not_needed),
};

static void read_row(sqlite3_stmt *statement, struct hb_arena *arena, struct hb_sweep_row *ret)
{
    hb_fields_read(fields, HB_ARRAY_LEN(fields), statement, arena, ret);
    if (strcmp(ret->status, hb_sweep_status_name(HB_SWEEP_RUNNING)) == 0 &&
        hb_holder_look(ret->holder) == HB_HOLDER_GONE)
        ret->status = hb_sweep_status_name(HB_SWEEP_INTERRUPTED);
}

static int prepare(struct hb_store *store, const char *rest, sqlite3_stmt **ret_statement,
                   struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf sql;

    hb_buf_init(&sql, SQL_MAX_BYTES);
    hb_buf_puts(&sql, "SELECT ");
    hb_fields_list(fields, HB_ARRAY_LEN(fields), &sql);
    hb_buf_printf(&sql, " FROM sweeps s JOIN environments e ON e.id = s.environment_id %s", rest);
    return hb_db_prepare(store, hb_buf_text(&sql), ret_statement, err);
}

int hb_store_list_sweeps(struct hb_store *store, struct hb_arena *arena,
                         struct hb_sweep_row **ret_rows, size_t *ret_count, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;
    HB_CLEANUP(hb_free_ptr) struct hb_sweep_row *rows = NULL;
    size_t count = 0, capacity = 0;

    if (prepare(store, "ORDER BY s.id DESC", &statement, err) != 0)
        return -1;
    for (;;) {
        bool row;

        if (hb_db_step(store, statement, &row, err) != 0)
            return -1;
        if (!row)
            break;
        rows = hb_grow(rows, &capacity, count, sizeof(*rows));
        read_row(statement, arena, &rows[count++]);
    }
    *ret_rows = count == 0 ? NULL : hb_arena_memdup(arena, rows, count * sizeof(*rows));
    *ret_count = count;
    return 0;
}

static bool parse_number(const char *text, int64_t *ret_number)
{
    char *end;

    errno = 0;
    *ret_number = strtoll(text, &end, 10);
    return errno == 0 && text[0] >= '0' && text[0] <= '9' && *end == '\0';
}

/* "latest", "latest~N", an id or a pinned one's name: an end of the query, and its parameter. */
static bool parse_selector(const char *selector, const char **ret_rest, int64_t *ret_number)
{
    static const char latest[] = "latest";

    *ret_rest = "ORDER BY s.id DESC LIMIT 1 OFFSET ?";
    *ret_number = 0;
    if (strcmp(selector, latest) == 0)
        return true;
    if (strncmp(selector, "latest~", strlen("latest~")) == 0)
        return parse_number(selector + strlen("latest~"), ret_number);
    *ret_rest = "WHERE s.id = ?";
    if (parse_number(selector, ret_number))
        return true;
    *ret_rest = "WHERE s.id = (SELECT sweep_id FROM pins WHERE name = ?)";
    return hb_store_is_pin_name(selector);
}

/* "sweeps 1 to 7", for a selector that matches none. */
static int fail_not_found(struct hb_store *store, const char *selector, struct hb_error *err)
{
    int64_t count, first, last;

    if (hb_db_integer(store, "SELECT COUNT(*) FROM sweeps", 0, 0, &count, err) != 0 ||
        hb_db_integer(store, "SELECT MIN(id) FROM sweeps", 0, 0, &first, err) != 0 ||
        hb_db_integer(store, "SELECT MAX(id) FROM sweeps", 0, 0, &last, err) != 0)
        return -1;
    if (count == 0)
        return hb_fail(err, HB_ERR_NOT_FOUND, "%s holds no sweep", store->path);
    return hb_fail(err, HB_ERR_NOT_FOUND,
                   "%s holds no sweep %s: there are %lld, from %lld to %lld (`http-benchmark list "
                   "sweeps`, and `http-benchmark baseline list` for pinned ones)",
                   store->path, selector, (long long)count, (long long)first, (long long)last);
}

int hb_store_find_sweep(struct hb_store *store, const char *selector, struct hb_arena *arena,
                        struct hb_sweep_row *ret_row, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;
    const char *rest;
    int64_t number;
    bool row;

    if (!parse_selector(selector, &rest, &number))
        return hb_fail(err, HB_ERR_INPUT,
                       "\"%s\" is no sweep: give its number, latest, latest~N, or the name of a "
                       "pinned one",
                       selector);
    if (prepare(store, rest, &statement, err) != 0)
        return -1;
    if (hb_store_is_pin_name(selector))
        sqlite3_bind_text(statement, 1, selector, -1, SQLITE_STATIC);
    else
        sqlite3_bind_int64(statement, 1, number);
    if (hb_db_step(store, statement, &row, err) != 0)
        return -1;
    if (!row)
        return fail_not_found(store, selector, err);
    read_row(statement, arena, ret_row);
    return 0;
}

bool hb_sweep_has_tag(const struct hb_sweep_row *sweep, const char *key)
{
    json_t *tags = json_loads(sweep->tags_json, 0, NULL);
    bool has = json_object_get(tags, key) != NULL;

    json_decref(tags);
    return has;
}
