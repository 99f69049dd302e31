/* Field tables as a reference page in Markdown: a section a table, a row a key. */
#include "config/tables.h"

/* A cell of a Markdown table: bars would end it. */
static void put_cell(struct hb_buf *ret, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            hb_buf_putc(ret, '\\');
        hb_buf_putc(ret, *text);
    }
}

static void put_link(struct hb_buf *ret, const struct hb_table *table)
{
    hb_buf_printf(ret, "[%s](#%s)", table->name, table->name);
}

static void put_value_type(struct hb_buf *ret, const struct hb_field *field)
{
    if (field->table != NULL) {
        put_link(ret, field->table);
        return;
    }
    if (field->values == NULL) {
        hb_buf_puts(ret, field->type->name);
        hb_field_put_range(field, ret);
        return;
    }
    for (size_t i = 0; field->values[i] != NULL; i++)
        hb_buf_printf(ret, "%s`%s`", i == 0 ? "" : ", ", field->values[i]);
}

static void put_type(struct hb_buf *ret, const struct hb_field *field)
{
    static const char *const before[] = {[HB_SHAPE_ONE] = "",
                                         [HB_SHAPE_LIST] = "list of: ",
                                         [HB_SHAPE_ONE_OR_MANY] = "one or a list of: ",
                                         [HB_SHAPE_MAP] = "mapping of names to: "};

    hb_buf_puts(ret, before[field->shape]);
    put_value_type(ret, field);
}

static void put_row(struct hb_buf *ret, const struct hb_field *field)
{
    hb_buf_printf(ret, "| `%s` | ", field->key);
    put_type(ret, field);
    hb_buf_puts(ret, " | ");
    if (field->required)
        hb_buf_puts(ret, "required");
    else if (field->default_text != NULL)
        hb_buf_printf(ret, "`%s`", field->default_text);
    hb_buf_puts(ret, " | ");
    put_cell(ret, field->help);
    if (field->example != NULL) {
        hb_buf_puts(ret, " Example: `");
        put_cell(ret, field->example);
        hb_buf_putc(ret, '`');
    }
    hb_buf_puts(ret, " |\n");
}

static void put_table(struct hb_buf *ret, const struct hb_table *table)
{
    hb_buf_printf(ret, "\n## %s\n\n", table->name);
    if (table->help != NULL)
        hb_buf_printf(ret, "%s\n\n", table->help);
    if (table->scalar_key != NULL)
        hb_buf_printf(ret, "A single value instead of the mapping stands for `%s`.\n\n",
                      table->scalar_key);
    hb_buf_puts(ret, "| key | value | default | meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < table->count; i++) {
        if (table->fields[i].refused == NULL)
            put_row(ret, &table->fields[i]);
    }
    if (table->rest_member != 0)
        hb_buf_puts(ret, "| any other key | anything | | One of its own options |\n");
    if (table->extensions)
        hb_buf_puts(ret, "| `x-…` | anything | | Ignored: a place for anchors |\n");
}

void hb_fields_reference(const struct hb_table *table, struct hb_buf *ret)
{
    struct hb_tables tables = {0};

    hb_tables_collect(&tables, table);
    for (size_t i = 0; i < tables.count; i++)
        put_table(ret, tables.items[i]);
}
