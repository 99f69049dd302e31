/* The kinds of value that fields are made of: how each is read, and how it is described. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "config/document.h"
#include "config/fields.h"
#include "config/units.h"

enum { NAME_MAX_BYTES = 100 };

static bool has_range(const struct hb_field *field)
{
    return field->minimum != 0 || field->maximum != 0;
}

static bool is_null(const struct hb_node *node)
{
    return node->kind == HB_NODE_NULL || !hb_node_is_scalar(node);
}

/* A quoted variable, "${N}", may still stand for a number: look at what it has become. */
static struct hb_node unquoted(const struct hb_node *node)
{
    struct hb_node scalar = *node;

    if (hb_node_is_scalar(node) && node->raw != node->text) {
        scalar.quoted = false;
        hb_node_resolve(&scalar);
    }
    return scalar;
}

static int read_bool(struct hb_bind *bind, const struct hb_field *field, const struct hb_node *node,
                     void *ret)
{
    static const char *const words[] = {"yes", "no", "on", "off"};
    struct hb_node scalar = unquoted(node);

    if (scalar.kind == HB_NODE_BOOL) {
        *(bool *)ret = scalar.boolean;
        return 0;
    }
    hb_bind_mismatch(bind, field, node);
    for (size_t i = 0; i < HB_ARRAY_LEN(words) && hb_node_is_scalar(node); i++) {
        if (strcasecmp(node->text, words[i]) == 0)
            hb_diag_hint(bind->diags, "write %s", i % 2 == 0 ? "true" : "false");
    }
    return -1;
}

static int check_range(struct hb_bind *bind, const struct hb_field *field,
                       const struct hb_node *node, double value)
{
    if (has_range(field) && (value < (double)field->minimum || value > (double)field->maximum))
        return hb_bind_mismatch(bind, field, node);
    return 0;
}

static int read_int(struct hb_bind *bind, const struct hb_field *field, const struct hb_node *node,
                    void *ret)
{
    struct hb_node scalar = unquoted(node);

    if (scalar.kind != HB_NODE_INT)
        return hb_bind_mismatch(bind, field, node);
    *(int64_t *)ret = scalar.integer;
    return check_range(bind, field, node, (double)scalar.integer);
}

static int read_number(struct hb_bind *bind, const struct hb_field *field,
                       const struct hb_node *node, void *ret)
{
    struct hb_node scalar = unquoted(node);

    if (scalar.kind != HB_NODE_INT && (scalar.kind != HB_NODE_REAL || !isfinite(scalar.real)))
        return hb_bind_mismatch(bind, field, node);
    *(double *)ret = scalar.kind == HB_NODE_INT ? (double)scalar.integer : scalar.real;
    return check_range(bind, field, node, *(double *)ret);
}

/* A number without its unit is the commonest mistake: say which units there are. */
static int unit_mismatch(struct hb_bind *bind, const struct hb_field *field,
                         const struct hb_node *node, const char *suffix)
{
    struct hb_node scalar = unquoted(node);

    hb_bind_mismatch(bind, field, node);
    if ((scalar.kind == HB_NODE_INT && scalar.integer >= 0) ||
        (scalar.kind == HB_NODE_REAL && scalar.real >= 0))
        hb_diag_hint(bind->diags, "add the unit: %s%s", node->raw, suffix);
    return -1;
}

static int read_duration(struct hb_bind *bind, const struct hb_field *field,
                         const struct hb_node *node, void *ret)
{
    if (is_null(node) || hb_parse_duration(node->text, ret) != 0)
        return unit_mismatch(bind, field, node, "s");
    return check_range(bind, field, node, (double)*(int64_t *)ret);
}

static int read_size(struct hb_bind *bind, const struct hb_field *field, const struct hb_node *node,
                     void *ret)
{
    if (is_null(node) || hb_parse_size(node->text, ret) != 0)
        return unit_mismatch(bind, field, node, "B");
    return check_range(bind, field, node, (double)*(int64_t *)ret);
}

static int read_rate(struct hb_bind *bind, const struct hb_field *field, const struct hb_node *node,
                     void *ret)
{
    if (is_null(node) || hb_parse_rate(node->text, ret) != 0)
        return unit_mismatch(bind, field, node, "/s");
    return check_range(bind, field, node, *(double *)ret);
}

static int read_percent(struct hb_bind *bind, const struct hb_field *field,
                        const struct hb_node *node, void *ret)
{
    if (is_null(node) || hb_parse_percent(node->text, ret) != 0)
        return unit_mismatch(bind, field, node, "%");
    return 0;
}

static int read_string(struct hb_bind *bind, const struct hb_field *field,
                       const struct hb_node *node, void *ret)
{
    if (is_null(node))
        return hb_bind_mismatch(bind, field, node);
    hb_bind_secret(bind, node);
    *(const char **)ret = hb_arena_strdup(bind->arena, node->text);
    return 0;
}

static int read_name(struct hb_bind *bind, const struct hb_field *field, const struct hb_node *node,
                     void *ret)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "._+/-";
    size_t length = is_null(node) ? 0 : strlen(node->text);

    if (length == 0 || length > NAME_MAX_BYTES || strspn(node->text, allowed) != length)
        return hb_bind_mismatch(bind, field, node);
    *(const char **)ret = hb_arena_strdup(bind->arena, node->text);
    return 0;
}

static int read_path(struct hb_bind *bind, const struct hb_field *field, const struct hb_node *node,
                     void *ret)
{
    if (is_null(node) || *node->text == '\0')
        return hb_bind_mismatch(bind, field, node);
    hb_bind_secret(bind, node);
    *(const char **)ret = hb_path_beside(bind->arena, node->place.source, node->text);
    return 0;
}

static int read_enum(struct hb_bind *bind, const struct hb_field *field, const struct hb_node *node,
                     void *ret)
{
    size_t count = 0;

    for (; field->values[count] != NULL; count++) {
        if (!is_null(node) && strcmp(node->text, field->values[count]) == 0) {
            *(int *)ret = (int)count;
            return 0;
        }
    }
    hb_bind_mismatch(bind, field, node);
    if (!is_null(node))
        hb_diag_suggest(bind->diags, node->raw, field->values, count);
    return -1;
}

static int read_scalar(struct hb_bind *bind, const struct hb_field *field,
                       const struct hb_node *node, void *ret)
{
    if (is_null(node))
        return hb_bind_mismatch(bind, field, node);
    hb_bind_secret(bind, node);
    *(const struct hb_node **)ret = node;
    return 0;
}

/* Every variable in a subtree that is passed on as it is. */
static void keep_secrets(struct hb_bind *bind, const struct hb_node *node)
{
    hb_bind_secret(bind, node);
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == HB_NODE_SEQUENCE)
            keep_secrets(bind, node->items[i]);
        else
            keep_secrets(bind, node->pairs[i].value);
    }
}

static int read_any(struct hb_bind *bind, HB_UNUSED const struct hb_field *field,
                    const struct hb_node *node, void *ret)
{
    keep_secrets(bind, node);
    *(const struct hb_node **)ret = node;
    return 0;
}

static int read_strings(struct hb_bind *bind, const struct hb_field *field,
                        const struct hb_node *node, void *ret)
{
    int result = 0;

    if (node->kind != HB_NODE_MAPPING)
        return hb_bind_mismatch(bind, field, node);
    for (size_t i = 0; i < node->count; i++) {
        const struct hb_node *value = node->pairs[i].value;

        hb_bind_secret(bind, value);
        if (is_null(value))
            result = hb_diag(bind->diags, value->place, "%s in '%s': expected a string, got %s",
                             hb_quote(bind->diags, node->pairs[i].key->text), field->key,
                             hb_node_kind_name(value->kind));
        if (value->broken)
            result = -1;
    }
    *(const struct hb_node **)ret = node;
    return result;
}

static int read_struct(struct hb_bind *bind, const struct hb_field *field,
                       const struct hb_node *node, void *ret)
{
    return hb_bind(bind, field->table, node, ret);
}

#define STRING_SCHEMA "{\"type\": [\"string\", \"number\", \"boolean\"]}"
#define PATTERN(text) "{\"type\": \"string\", \"pattern\": \"" text "\"}"
#define DECIMAL "^[0-9]+(\\\\.[0-9]+)?"

const struct hb_type hb_type_bool = {.name = "true or false",
                                     .expected = "true or false",
                                     .schema = "{\"type\": \"boolean\"}",
                                     .bytes = sizeof(bool),
                                     .read = read_bool};
const struct hb_type hb_type_int = {.name = "integer",
                                    .expected = "an integer",
                                    .schema = "{\"type\": \"integer\"}",
                                    .bytes = sizeof(int64_t),
                                    .read = read_int};
const struct hb_type hb_type_number = {.name = "number",
                                       .expected = "a number",
                                       .schema = "{\"type\": \"number\"}",
                                       .bytes = sizeof(double),
                                       .read = read_number};
const struct hb_type hb_type_duration = {.name = "duration",
                                         .expected = "a duration such as 500ms, 5s, 2m or 1h",
                                         .schema = PATTERN(DECIMAL "(ns|us|ms|s|m|h)$"),
                                         .bytes = sizeof(int64_t),
                                         .read = read_duration};
const struct hb_type hb_type_size = {.name = "size",
                                     .expected = "a size such as 512B, 64KB or 1MiB",
                                     .schema = PATTERN(DECIMAL "([KMG]i?)?B$"),
                                     .bytes = sizeof(int64_t),
                                     .read = read_size};
const struct hb_type hb_type_rate = {.name = "rate",
                                     .expected = "a rate such as 500/s or 30/m",
                                     .schema = PATTERN(DECIMAL "(k?/s|/m)$"),
                                     .bytes = sizeof(double),
                                     .read = read_rate};
const struct hb_type hb_type_percent = {.name = "percentage",
                                        .expected = "a percentage such as 0.1%",
                                        .schema = PATTERN(DECIMAL "%$"),
                                        .bytes = sizeof(double),
                                        .read = read_percent};
const struct hb_type hb_type_string = {.name = "string",
                                       .expected = "a string",
                                       .schema = STRING_SCHEMA,
                                       .bytes = sizeof(const char *),
                                       .read = read_string};
const struct hb_type hb_type_name = {.name = "name",
                                     .expected = "a name of letters, digits and . _ + / -",
                                     .schema = PATTERN("^[A-Za-z0-9._+/-]{1,100}$"),
                                     .bytes = sizeof(const char *),
                                     .read = read_name};
const struct hb_type hb_type_path = {.name = "path",
                                     .expected = "the path of a file",
                                     .schema = "{\"type\": \"string\", \"minLength\": 1}",
                                     .bytes = sizeof(const char *),
                                     .read = read_path};
const struct hb_type hb_type_enum = {
    .name = "choice", .expected = "one of", .bytes = sizeof(int), .read = read_enum};
const struct hb_type hb_type_scalar = {.name = "string",
                                       .expected = "a string",
                                       .schema = STRING_SCHEMA,
                                       .bytes = sizeof(const struct hb_node *),
                                       .read = read_scalar};
const struct hb_type hb_type_any = {.name = "anything",
                                    .expected = "any value",
                                    .schema = "{}",
                                    .bytes = sizeof(const struct hb_node *),
                                    .read = read_any};
const struct hb_type hb_type_strings = {
    .name = "mapping of strings",
    .expected = "a mapping of names to strings",
    .schema = "{\"type\": \"object\", \"additionalProperties\": " STRING_SCHEMA "}",
    .bytes = sizeof(const struct hb_node *),
    .read = read_strings};
const struct hb_type hb_type_struct = {
    .name = "mapping", .expected = "a mapping", .read = read_struct};

/* A bound in the unit of the field. */
static void put_bound(const struct hb_field *field, int64_t bound, struct hb_buf *ret)
{
    char text[HB_DURATION_TEXT_BYTES];

    if (field->type == &hb_type_duration) {
        hb_format_duration(text, bound);
        hb_buf_puts(ret, text);
        return;
    }
    hb_buf_printf(ret, "%lld", (long long)bound);
    if (field->type == &hb_type_size)
        hb_buf_puts(ret, "B");
    if (field->type == &hb_type_rate)
        hb_buf_puts(ret, "/s");
}

void hb_field_put_range(const struct hb_field *field, struct hb_buf *ret)
{
    if (!has_range(field))
        return;
    hb_buf_puts(ret, field->maximum == INT64_MAX ? " of at least " : " from ");
    put_bound(field, field->minimum, ret);
    if (field->maximum == INT64_MAX)
        return;
    hb_buf_puts(ret, " to ");
    put_bound(field, field->maximum, ret);
}

const char *hb_field_expected(struct hb_arena *arena, const struct hb_field *field)
{
    struct hb_buf text;
    const char *copy;

    hb_buf_init(&text, HB_DIAG_TEXT_BYTES / 2);
    hb_buf_puts(&text, field->type->expected);
    for (size_t i = 0; field->values != NULL && field->values[i] != NULL; i++)
        hb_buf_printf(&text, "%s%s", i == 0 ? " " : ", ", field->values[i]);
    hb_field_put_range(field, &text);
    copy = hb_arena_strdup(arena, hb_buf_text(&text));
    hb_buf_release(&text);
    return copy;
}
