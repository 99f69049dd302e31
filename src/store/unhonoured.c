/* What workers said in their ready lines that their library cannot obey, once for each client. The
 * lines are a stranger's text: what is no such list is passed over. */
#include "store/fields.h"
#include "store/store.h"

enum { ROWS_MAX = 1000 };

#define FIELD(expression, name)                                                                    \
    {                                                                                              \
        expression, HB_FIELD_TEXT, offsetof(struct hb_unhonoured_row, name)                        \
    }

static const struct hb_field fields[] = {
    FIELD("client", client),
    FIELD("what", what),
    FIELD("why", why),
};

static const char sql[] =
    "SELECT DISTINCT c.client || " HB_SQL_OF_SUBJECT ", json_extract(item.value, '$.what'), "
    "                json_extract(item.value, '$.why') "
    "FROM workers AS w JOIN runs AS r ON r.id = w.run_id JOIN cells AS c ON c.id = r.cell_id, "
    "  json_each(CASE WHEN json_valid(w.ready) THEN w.ready ELSE '{}' END, '$.cannot_honour') "
    "    AS item "
    "WHERE r.sweep_id = ? AND item.type = 'object' "
    "ORDER BY 1, 2, 3";

int hb_store_load_unhonoured(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                             struct hb_unhonoured_row **ret_rows, size_t *ret_count,
                             struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;
    struct hb_unhonoured_row *rows = hb_arena_calloc(arena, ROWS_MAX, sizeof *rows);
    size_t count = 0;
    bool row = true;

    if (hb_db_prepare_id(store, sql, sweep_id, &statement, err) != 0)
        return -1;
    while (count < ROWS_MAX) {
        if (hb_db_step(store, statement, &row, err) != 0)
            return -1;
        if (!row)
            break;
        hb_fields_read(fields, HB_ARRAY_LEN(fields), statement, arena, &rows[count++]);
    }
    *ret_rows = rows;
    *ret_count = count;
    return 0;
}
