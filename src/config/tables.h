/* A walk over a table and all tables below it, each once: for schema.c and reference.c. */
#ifndef HB_CONFIG_TABLES_H
#define HB_CONFIG_TABLES_H

#include <string.h>

#include "base/assert.h"
#include "config/fields.h"

#define HB_TABLES_MAX 32

struct hb_tables {
    const struct hb_table *items[HB_TABLES_MAX];
    size_t count;
};

static inline void hb_tables_collect(struct hb_tables *tables, const struct hb_table *table)
{
    for (size_t i = 0; i < tables->count; i++) {
        if (tables->items[i] == table)
            return;
    }
    HB_ASSERT(tables->count < HB_TABLES_MAX);
    tables->items[tables->count++] = table;
    for (size_t i = 0; i < table->count; i++) {
        if (table->fields[i].table != NULL && table->fields[i].refused == NULL)
            hb_tables_collect(tables, table->fields[i].table);
    }
}

#endif
