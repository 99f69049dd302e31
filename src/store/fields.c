/* Rows into structs. */
#include "store/fields.h"

#include <math.h>
#include <string.h>

#define SQL_MAX_BYTES 8192

void hb_fields_list(const struct hb_field *fields, size_t count, struct hb_buf *sql)
{
    for (size_t i = 0; i < count; i++)
        hb_buf_printf(sql, "%s%s", i == 0 ? "" : ", ", fields[i].expression);
}

static void read_u32(sqlite3_stmt *statement, int column, void *place)
{
    int64_t value = sqlite3_column_int64(statement, column);

    *(uint32_t *)place = value < 0 || value > UINT32_MAX ? 0 : (uint32_t)value;
}

static void read_known(sqlite3_stmt *statement, int column, void *place)
{
    *(int64_t *)place = sqlite3_column_type(statement, column) == SQLITE_NULL
                            ? -1
                            : sqlite3_column_int64(statement, column);
}

static void read_field(enum hb_field_kind kind, sqlite3_stmt *statement, int column,
                       struct hb_arena *arena, void *place)
{
    switch (kind) {
    case HB_FIELD_TEXT:
        *(const char **)place = hb_db_text(statement, column, arena);
        break;
    case HB_FIELD_U32:
        read_u32(statement, column, place);
        break;
    case HB_FIELD_I64:
        *(int64_t *)place = sqlite3_column_int64(statement, column);
        break;
    case HB_FIELD_KNOWN:
        read_known(statement, column, place);
        break;
    case HB_FIELD_DOUBLE:
        *(double *)place = sqlite3_column_double(statement, column);
        break;
    case HB_FIELD_REAL:
        *(double *)place = sqlite3_column_type(statement, column) == SQLITE_NULL
                               ? NAN
                               : sqlite3_column_double(statement, column);
        break;
    case HB_FIELD_BOOL:
        *(bool *)place = sqlite3_column_int(statement, column) != 0;
        break;
    }
}

void hb_fields_read(const struct hb_field *fields, size_t count, sqlite3_stmt *statement,
                    struct hb_arena *arena, void *ret_struct)
{
    for (size_t i = 0; i < count; i++)
        read_field(fields[i].kind, statement, (int)i, arena, (char *)ret_struct + fields[i].offset);
}

static int count_rows(struct hb_store *store, const struct hb_listing *listing, int64_t parameter,
                      int64_t *ret_count, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf sql;

    hb_buf_init(&sql, SQL_MAX_BYTES);
    hb_buf_printf(&sql, "SELECT count(*) %s", listing->from);
    return hb_db_integer(store, hb_buf_text(&sql), parameter, 0, ret_count, err);
}

static int prepare_listing(struct hb_store *store, const struct hb_listing *listing,
                           int64_t parameter, sqlite3_stmt **ret_statement, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf sql;

    hb_buf_init(&sql, SQL_MAX_BYTES);
    hb_buf_puts(&sql, "SELECT ");
    hb_fields_list(listing->fields, listing->fields_count, &sql);
    hb_buf_printf(&sql, " %s %s", listing->from, listing->order);
    return hb_db_prepare_id(store, hb_buf_text(&sql), parameter, ret_statement, err);
}

int hb_listing_load(struct hb_store *store, const struct hb_listing *listing, int64_t parameter,
                    struct hb_arena *arena, void **ret_rows, size_t *ret_count,
                    struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;
    int64_t total;
    size_t count = 0;
    char *rows;

    if (count_rows(store, listing, parameter, &total, err) != 0 ||
        prepare_listing(store, listing, parameter, &statement, err) != 0)
        return -1;
    rows = hb_arena_calloc(arena, (size_t)total, listing->row_bytes);
    for (bool found = true; count < (size_t)total; count++) {
        if (hb_db_step(store, statement, &found, err) != 0)
            return -1;
        if (!found)
            break;
        hb_fields_read(listing->fields, listing->fields_count, statement, arena,
                       rows + count * listing->row_bytes);
    }
    *ret_rows = rows;
    *ret_count = count;
    return 0;
}
