/*
 * Field tables as a JSON Schema, for editors and for validators other than ours. The schema knows
 * shape only: names of clients, ranges of durations and whether a file is there are checked later.
 */
#include <stdlib.h>

#include <jansson.h>

#include "config/tables.h"
#include "config/yaml.h"

/* Wherever a value is not free text, a variable may stand in its place. */
#define EXPRESSION "{\"$ref\": \"#/$defs/variable\"}"
#define EXPRESSION_DEFINITION                                                                      \
    "{\"description\": \"A value from the environment: ${NAME}, ${NAME:-default} or "              \
    "${NAME:?message}\", \"type\": \"string\", \"pattern\": \"\\\\$\\\\{\"}"

static json_t *parse(const char *text)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);

    HB_ASSERT(json != NULL);
    return json;
}

/* A default or an example, written in YAML in the table. */
static json_t *from_yaml(const char *text)
{
    const struct hb_source source = {".", text, strlen(text)};
    struct hb_arena arena;
    struct hb_diags diags;
    struct hb_node *node;
    size_t node_count = 0;
    json_t *json;
    int result;

    hb_arena_init(&arena);
    hb_diags_init(&diags);
    result =
        hb_yaml_parse(&arena, "table", &source, text, source.length, &node_count, &diags, &node);
    HB_ASSERT(result == 0);
    json = hb_node_to_json(node, false);
    hb_arena_release(&arena);
    hb_diags_release(&diags);
    return json;
}

static json_t *reference_to(const struct hb_table *table)
{
    return json_pack("{s:s+}", "$ref", "#/$defs/", table->name);
}

static json_t *enumeration(const struct hb_field *field)
{
    json_t *values = json_array();

    for (size_t i = 0; field->values[i] != NULL; i++)
        json_array_append_new(values, json_string(field->values[i]));
    return json_pack("{s:o}", "enum", values);
}

static json_t *number(const struct hb_field *field)
{
    json_t *schema = parse(field->type->schema);

    if (field->minimum == 0 && field->maximum == 0)
        return schema;
    json_object_set_new(schema, "minimum", json_integer(field->minimum));
    if (field->maximum != INT64_MAX)
        json_object_set_new(schema, "maximum", json_integer(field->maximum));
    return schema;
}

static bool is_free_text(const struct hb_type *type)
{
    return type == &hb_type_string || type == &hb_type_scalar || type == &hb_type_path ||
           type == &hb_type_any || type == &hb_type_strings;
}

static json_t *one_value(const struct hb_field *field)
{
    json_t *schema;

    if (field->table != NULL)
        return reference_to(field->table);
    if (field->values != NULL)
        schema = enumeration(field);
    else if (field->type == &hb_type_int || field->type == &hb_type_number)
        schema = number(field);
    else
        schema = parse(field->type->schema);
    if (is_free_text(field->type))
        return schema;
    return json_pack("{s:[o,o]}", "anyOf", schema, parse(EXPRESSION));
}

static json_t *list_of(const struct hb_field *field)
{
    json_t *schema = json_pack("{s:s,s:o}", "type", "array", "items", one_value(field));

    if (field->nonempty)
        json_object_set_new(schema, "minItems", json_integer(1));
    if (field->max_items > 0)
        json_object_set_new(schema, "maxItems", json_integer((json_int_t)field->max_items));
    return schema;
}

static json_t *all_values(const struct hb_field *field)
{
    switch (field->shape) {
    case HB_SHAPE_LIST:
        return list_of(field);
    case HB_SHAPE_ONE_OR_MANY:
        return json_pack("{s:[o,o]}", "anyOf", one_value(field), list_of(field));
    case HB_SHAPE_MAP:
        return json_pack("{s:s,s:o}", "type", "object", "additionalProperties", one_value(field));
    default:
        return one_value(field);
    }
}

static json_t *property(const struct hb_field *field)
{
    json_t *schema = json_object();
    json_t *values = all_values(field);

    json_object_set_new(schema, "description", json_string(field->help));
    json_object_update(schema, values);
    json_decref(values);
    if (field->default_text != NULL)
        json_object_set_new(schema, "default", from_yaml(field->default_text));
    if (field->example != NULL)
        json_object_set_new(schema, "examples", json_pack("[o]", from_yaml(field->example)));
    return schema;
}

static json_t *object_schema(const struct hb_table *table)
{
    json_t *properties = json_object(), *required = json_array();
    json_t *schema = json_pack("{s:s,s:o}", "type", "object", "properties", properties);

    for (size_t i = 0; i < table->count; i++) {
        const struct hb_field *field = &table->fields[i];

        if (field->refused != NULL)
            continue;
        json_object_set_new(properties, field->key, property(field));
        if (field->required)
            json_array_append_new(required, json_string(field->key));
    }
    if (json_array_size(required) > 0)
        json_object_set(schema, "required", required);
    json_decref(required);
    if (table->extensions)
        json_object_set_new(schema, "patternProperties", parse("{\"^x-\": {}}"));
    json_object_set_new(schema, "additionalProperties", json_boolean(table->rest_member != 0));
    return schema;
}

/* A mapping, or the scalar that stands for one of its keys. */
static json_t *table_schema(const struct hb_table *table)
{
    json_t *schema = json_object(), *object = object_schema(table);

    if (table->help != NULL)
        json_object_set_new(schema, "description", json_string(table->help));
    if (table->scalar_key == NULL) {
        json_object_update(schema, object);
        json_decref(object);
        return schema;
    }
    for (size_t i = 0; i < table->count; i++) {
        if (strcmp(table->fields[i].key, table->scalar_key) == 0)
            json_object_set_new(schema, "anyOf",
                                json_pack("[o,o]", one_value(&table->fields[i]), object));
    }
    return schema;
}

void hb_fields_schema(const struct hb_table *table, const char *id, const char *title,
                      struct hb_buf *ret)
{
    json_t *definitions = json_object();
    json_t *root =
        json_pack("{s:s,s:s,s:s}", "$schema", "https://json-schema.org/draft/2020-12/schema", "$id",
                  id, "title", title);
    json_t *top = table_schema(table);
    struct hb_tables tables = {0};
    char *text;

    hb_tables_collect(&tables, table);
    json_object_update(root, top);
    json_decref(top);
    json_object_set_new(definitions, "variable", parse(EXPRESSION_DEFINITION));
    for (size_t i = 1; i < tables.count; i++)
        json_object_set_new(definitions, tables.items[i]->name, table_schema(tables.items[i]));
    json_object_set_new(root, "$defs", definitions);
    text = json_dumps(root, JSON_INDENT(2));
    hb_buf_puts(ret, text);
    hb_buf_putc(ret, '\n');
    free(text);
    json_decref(root);
}
