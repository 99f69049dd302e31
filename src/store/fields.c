/* Rows into structs. */
#include "store/fields.h"

#include <string.h>

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
    }
}

void hb_fields_read(const struct hb_field *fields, size_t count, sqlite3_stmt *statement,
                    struct hb_arena *arena, void *ret_struct)
{
    for (size_t i = 0; i < count; i++)
        read_field(fields[i].kind, statement, (int)i, arena, (char *)ret_struct + fields[i].offset);
}
