/*
 * Field tables: what keys a mapping may have, of which type, with which default, range and help.
 * One table feeds the parser (tree → struct), the defaults, the JSON Schema, the reference page
 * and the nearest-name hints, so that they cannot disagree.
 *
 *     struct pet { const char *name; int64_t age; };
 *     static const struct hb_field pet_fields[] = {
 *         {.key = "name", HB_AT(struct pet, name), .type = &hb_type_string, .required = true,
 *          .help = "what it is called"},
 *         {.key = "age", HB_AT(struct pet, age), .type = &hb_type_int, .default_text = "1",
 *          .minimum = 0, .maximum = 300, .help = "in years"},
 *     };
 *     const struct hb_table pet_table = {HB_TABLE("pet", struct pet, pet_fields)};
 */
#ifndef HB_CONFIG_FIELDS_H
#define HB_CONFIG_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/diag.h"
#include "config/node.h"

struct hb_field;
struct hb_table;

/* What a reader works with. */
struct hb_bind {
    struct hb_arena *arena;     /* owns every string and array of the bound struct */
    struct hb_diags *diags;     /* all problems */
    struct hb_secrets *secrets; /* variables used as text are added; NULL: not wanted */
};

/* A kind of value. Layers above may define their own. */
struct hb_type {
    const char *name;     /* in the reference page: "duration" */
    const char *expected; /* in messages: "a duration such as 500ms, 5s, 2m or 1h" */
    const char *schema;   /* JSON Schema, an object in text; NULL: made from the field */
    size_t bytes;         /* of one value in the struct */
    /* Read a node into `ret`; adds diagnostics and returns -1 when it is not one. */
    int (*read)(struct hb_bind *bind, const struct hb_field *field, const struct hb_node *node,
                void *ret);
};

extern const struct hb_type hb_type_bool;   /* bool */
extern const struct hb_type hb_type_int;    /* int64_t; field: minimum, maximum */
extern const struct hb_type hb_type_number; /* double; field: minimum, maximum */
extern const struct hb_type
    hb_type_duration;                        /* int64_t ns; bare numbers are refused; range in ns */
extern const struct hb_type hb_type_size;    /* int64_t bytes; range in bytes */
extern const struct hb_type hb_type_rate;    /* double, a second */
extern const struct hb_type hb_type_percent; /* double, a fraction */
extern const struct hb_type hb_type_string;  /* const char *; any scalar but null */
extern const struct hb_type hb_type_name; /* const char *; [A-Za-z0-9._+/-]{1,100}; never secret */
extern const struct hb_type hb_type_path; /* const char *; joined to its file's directory */
extern const struct hb_type hb_type_enum; /* int: index into field->values */
extern const struct hb_type hb_type_scalar;  /* const struct hb_node *; any scalar but null */
extern const struct hb_type hb_type_any;     /* const struct hb_node *; any subtree */
extern const struct hb_type hb_type_strings; /* const struct hb_node *; mapping name → scalar */
extern const struct hb_type hb_type_struct;  /* the struct of field->table, in place */

/* How many values a key takes. LIST, ONE_OR_MANY and MAP are stored as pointer and count. */
enum hb_shape {
    HB_SHAPE_ONE,
    HB_SHAPE_LIST,        /* a sequence */
    HB_SHAPE_ONE_OR_MANY, /* a sequence, or one value without brackets */
    HB_SHAPE_MAP,         /* a mapping; needs a struct whose table has key_offset */
};

struct hb_field {
    const char *key;
    const struct hb_type *type;
    size_t offset;       /* of the value, or of the pointer to the array (HB_AT, HB_ARRAY_AT) */
    size_t count_offset; /* of its size_t count */

    const char *default_text; /* the value in YAML when the key is missing; NULL: zeroed */
    const char *help;         /* one or two sentences */
    const char *example;      /* in YAML; NULL: none */

    int64_t minimum, maximum;     /* both 0: no range */
    size_t max_items;             /* arrays: a limit; 0: that of the document alone */
    const char *const *values;    /* enum: names; NULL-terminated */
    const struct hb_table *table; /* struct: its fields */

    /* A key we know and refuse: the reason, after "'key' ". Not in schema or reference. */
    const char *refused;

    enum hb_shape shape;
    bool required;
    bool nonempty; /* arrays: at least one item */
};

struct hb_table {
    const char *name; /* in messages and as the schema's definition: "url" */
    const char *help; /* for the reference page */
    const struct hb_field *fields;
    size_t count;
    size_t bytes; /* of the struct */

    /* Optional; each stored as offset + 1, 0: not there. Use HB_MEMBER(). */
    size_t node_member; /* const struct hb_node *: the node it was read from, for later messages */
    size_t key_member;  /* const char *: the key, for HB_SHAPE_MAP */
    size_t rest_member; /* const struct hb_node *: the unknown keys; without it they are errors */

    const char *scalar_key; /* what a scalar in place of the mapping stands for; NULL: refused */
    bool extensions;        /* keys that begin with "x-" are ignored */
};

#define HB_AT(struct_type, member) .offset = offsetof(struct_type, member)
#define HB_ARRAY_AT(struct_type, member, count_member)                                             \
    .offset = offsetof(struct_type, member), .count_offset = offsetof(struct_type, count_member)
#define HB_MEMBER(struct_type, member) (offsetof(struct_type, member) + 1)
#define HB_TABLE(table_name, struct_type, table_fields)                                            \
    .name = (table_name), .fields = (table_fields), .count = HB_ARRAY_LEN(table_fields),           \
    .bytes = sizeof(struct_type)

/*
 * Read a node into a struct of table->bytes bytes: zeroed, defaults filled in, then what the node
 * says. Goes on after a problem; returns -1 when there was any.
 */
int hb_bind(struct hb_bind *bind, const struct hb_table *table, const struct hb_node *node,
            void *ret) HB_MUST_CHECK;

/* Only the defaults. */
void hb_bind_defaults(struct hb_bind *bind, const struct hb_table *table, void *ret);

/* What one value of a field must be, in words: "an integer from 1 to 100". In the arena. */
const char *hb_field_expected(struct hb_arena *arena, const struct hb_field *field);

/* " from 1 to 100", " of at least 1s", or nothing. */
void hb_field_put_range(const struct hb_field *field, struct hb_buf *ret);

/* A diagnostic "expected …, got …" at a node; returns -1. For types of other layers. */
int hb_bind_mismatch(struct hb_bind *bind, const struct hb_field *field,
                     const struct hb_node *node);

/* The variables in a node's text are secrets from now on. For types of other layers. */
void hb_bind_secret(struct hb_bind *bind, const struct hb_node *node);

/* The tables as a JSON Schema (draft 2020-12) document, indented. */
void hb_fields_schema(const struct hb_table *table, const char *id, const char *title,
                      struct hb_buf *ret);

/* The tables as a Markdown page body: a section a table, a row a key. */
void hb_fields_reference(const struct hb_table *table, struct hb_buf *ret);

#endif
