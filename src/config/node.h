/*
 * A YAML document as a tree that remembers where each node was written. Aliases are copied and
 * merge keys resolved when it is made, so whoever reads it sees plain scalars, sequences and
 * mappings. All memory belongs to the arena of the document.
 *
 * Plain scalars are typed by the core schema of YAML 1.2: `yes`, `no`, `on` and `off` are strings.
 */
#ifndef HB_CONFIG_NODE_H
#define HB_CONFIG_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/arena.h"
#include "config/place.h"

enum hb_node_kind {
    HB_NODE_NULL,
    HB_NODE_BOOL,
    HB_NODE_INT,
    HB_NODE_REAL,
    HB_NODE_STRING,
    HB_NODE_SEQUENCE,
    HB_NODE_MAPPING,
};

struct hb_env_value { /* one use of a variable in a scalar */
    const char *value;
    const struct hb_env_value *next;
};

struct hb_node {
    enum hb_node_kind kind;
    bool quoted; /* written in quotes or as a block: always a string */
    bool broken; /* its variables could not be expanded, which has been reported */
    struct hb_place place;

    /* Scalars. */
    const char *text;               /* the value; for every scalar kind */
    const char *raw;                /* as written, `${…}` unexpanded; equals text without any */
    const struct hb_env_value *env; /* values from the environment within text; NULL: none */
    union {
        bool boolean;
        int64_t integer;
        double real;
    };

    /* Sequences: items. Mappings: pairs, in the order written; keys are unique strings. */
    size_t count, capacity;
    union {
        struct hb_node **items;
        struct hb_node_pair *pairs;
    };
    struct hb_node_index *index; /* of a large mapping's keys; NULL: looked through one by one */
};

struct hb_node_pair {
    struct hb_node *key; /* a scalar */
    struct hb_node *value;
};

bool hb_node_is_scalar(const struct hb_node *node);

/* The text of a scalar as it may be shown and stored: unexpanded where the environment is in it. */
const char *hb_node_public_text(const struct hb_node *node);

/* "an integer", "a mapping" …: for messages. */
const char *hb_node_kind_name(enum hb_node_kind kind);

/* The value of a key of a mapping, or NULL (also when `node` is no mapping or NULL). */
struct hb_node *hb_node_get(const struct hb_node *node, const char *key);

/* The place of a key's value, or of the mapping itself when the key is not there. */
struct hb_place hb_node_place(const struct hb_node *node, const char *key);

/* Building trees. */
struct hb_node *hb_node_new(struct hb_arena *arena, enum hb_node_kind kind, struct hb_place place);
struct hb_node *hb_node_string(struct hb_arena *arena, const char *text, struct hb_place place);
struct hb_node *hb_node_copy(struct hb_arena *arena, const struct hb_node *node);
void hb_node_append(struct hb_arena *arena, struct hb_node *sequence, struct hb_node *item);
void hb_node_set(struct hb_arena *arena, struct hb_node *mapping, struct hb_node *key,
                 struct hb_node *value); /* replaces the value of an equal key, in its place */

/* Take a key out of a mapping, if it is there. */
void hb_node_unset(struct hb_node *mapping, const char *key);

/* Set kind and value from `text` by the core schema, unless `quoted`. */
void hb_node_resolve(struct hb_node *node);

/*
 * The subtree as JSON values. `unexpanded`: scalars that hold something from the environment are
 * their raw text (for cell ids and for whatever is stored or printed). The caller owns the result.
 */
json_t *hb_node_to_json(const struct hb_node *node, bool unexpanded);

/* JSON values as canonical text (keys sorted, no spaces), in the arena. */
const char *hb_json_canonical(struct hb_arena *arena, const json_t *json);

/* The subtree as canonical JSON (keys sorted, no spaces), in the arena. */
const char *hb_node_canonical(struct hb_arena *arena, const struct hb_node *node, bool unexpanded);

/* The subtree as block YAML, raw text for what came from the environment. */
struct hb_buf;
void hb_node_print_yaml(const struct hb_node *node, struct hb_buf *ret);

#endif
