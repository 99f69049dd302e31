/* INSERT and UPDATE statements made from column names. Names are literals of the program; values
 * are always bound. */
#include "store/row.h"

#include "base/assert.h"
#include "base/buf.h"

#define SQL_MAX_BYTES 8192

static struct hb_row_value *next_value(struct hb_row *row, const char *column)
{
    HB_ASSERT(row->count < HB_ROW_MAX);
    row->values[row->count].column = column;
    return &row->values[row->count++];
}

void hb_row_integer(struct hb_row *row, const char *column, int64_t value)
{
    hb_row_known(row, column, true, value);
}

void hb_row_known(struct hb_row *row, const char *column, bool known, int64_t value)
{
    struct hb_row_value *place = next_value(row, column);

    place->kind = known ? HB_ROW_INTEGER : HB_ROW_NULL;
    place->integer = value;
}

void hb_row_real(struct hb_row *row, const char *column, double value)
{
    struct hb_row_value *place = next_value(row, column);

    place->kind = HB_ROW_REAL;
    place->real = value;
}

void hb_row_name(struct hb_row *row, const char *column, const char *text)
{
    struct hb_row_value *place = next_value(row, column);

    place->kind = HB_ROW_NAME;
    place->text = text;
}

void hb_row_text(struct hb_row *row, const char *column, const char *text)
{
    struct hb_row_value *place = next_value(row, column);

    place->kind = HB_ROW_TEXT;
    place->text = text;
}

void hb_row_blob(struct hb_row *row, const char *column, const struct hb_buf *blob)
{
    struct hb_row_value *place = next_value(row, column);

    place->kind = HB_ROW_BLOB;
    place->blob = blob;
}

static void bind_value(struct hb_store *store, sqlite3_stmt *statement, int parameter,
                       const struct hb_row_value *value)
{
    switch (value->kind) {
    case HB_ROW_NULL:
        sqlite3_bind_null(statement, parameter);
        break;
    case HB_ROW_INTEGER:
        sqlite3_bind_int64(statement, parameter, value->integer);
        break;
    case HB_ROW_REAL:
        sqlite3_bind_double(statement, parameter, value->real);
        break;
    case HB_ROW_NAME:
        sqlite3_bind_text(statement, parameter, value->text, -1, SQLITE_STATIC);
        break;
    case HB_ROW_TEXT:
        hb_db_bind_masked(store, statement, parameter, value->text);
        break;
    case HB_ROW_BLOB:
        sqlite3_bind_blob64(statement, parameter, value->blob->data, value->blob->length,
                            SQLITE_STATIC);
        break;
    }
}

static int bind_and_run(struct hb_store *store, sqlite3_stmt *statement, const struct hb_row *row,
                        struct hb_error *err)
{
    for (size_t i = 0; i < row->count; i++)
        bind_value(store, statement, (int)i + 1, &row->values[i]);
    return hb_db_run(store, statement, err);
}

/* The column names, each followed by `suffix`, with commas between. */
static void list_columns(struct hb_buf *sql, const struct hb_row *row, const char *suffix)
{
    for (size_t i = 0; i < row->count; i++)
        hb_buf_printf(sql, "%s%s%s", i == 0 ? "" : ", ", row->values[i].column, suffix);
}

static int prepare_insert(struct hb_store *store, sqlite3_stmt **statement, const char *table,
                          const struct hb_row *row, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf sql;

    hb_buf_init(&sql, SQL_MAX_BYTES);
    hb_buf_printf(&sql, "INSERT INTO %s (", table);
    list_columns(&sql, row, "");
    hb_buf_puts(&sql, ") VALUES (");
    for (size_t i = 0; i < row->count; i++)
        hb_buf_puts(&sql, i == 0 ? "?" : ", ?");
    hb_buf_putc(&sql, ')');
    HB_ASSERT(!sql.overflowed);
    return hb_db_prepare(store, hb_buf_text(&sql), statement, err);
}

int hb_row_insert(struct hb_store *store, sqlite3_stmt **statement, const char *table,
                  const struct hb_row *row, struct hb_error *err)
{
    if (*statement == NULL && prepare_insert(store, statement, table, row, err) != 0)
        return -1;
    HB_ASSERT(sqlite3_bind_parameter_count(*statement) == (int)row->count);
    return bind_and_run(store, *statement, row, err);
}

int hb_row_insert_one(struct hb_store *store, const char *table, const struct hb_row *row,
                      struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;

    return hb_row_insert(store, &statement, table, row, err);
}

int hb_row_update(struct hb_store *store, const char *table, int64_t id, const struct hb_row *row,
                  struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf sql;
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;

    hb_buf_init(&sql, SQL_MAX_BYTES);
    hb_buf_printf(&sql, "UPDATE %s SET ", table);
    list_columns(&sql, row, " = ?");
    hb_buf_puts(&sql, " WHERE id = ?");
    HB_ASSERT(!sql.overflowed);
    if (hb_db_prepare(store, hb_buf_text(&sql), &statement, err) != 0)
        return -1;
    sqlite3_bind_int64(statement, (int)row->count + 1, id);
    return bind_and_run(store, statement, row, err);
}
