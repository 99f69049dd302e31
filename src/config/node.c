/* The tree: building, typing of plain scalars, look-ups. Writing it out is node_print.c's part. */
#include "config/node.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "config/node_index.h"
#include "config/units.h"

bool hb_node_is_scalar(const struct hb_node *node)
{
    return node->kind < HB_NODE_SEQUENCE;
}

const char *hb_node_public_text(const struct hb_node *node)
{
    return node->env != NULL ? node->raw : node->text;
}

const char *hb_node_kind_name(enum hb_node_kind kind)
{
    static const char *const names[] = {
        [HB_NODE_NULL] = "nothing",     [HB_NODE_BOOL] = "true or false",
        [HB_NODE_INT] = "an integer",   [HB_NODE_REAL] = "a number",
        [HB_NODE_STRING] = "a string",  [HB_NODE_SEQUENCE] = "a list",
        [HB_NODE_MAPPING] = "a mapping"};

    return names[kind];
}

struct hb_node *hb_node_get(const struct hb_node *node, const char *key)
{
    size_t pair;

    if (node == NULL || node->kind != HB_NODE_MAPPING)
        return NULL;
    pair = hb_node_find_pair(node, key);
    return pair != HB_NODE_NO_PAIR ? node->pairs[pair].value : NULL;
}

struct hb_place hb_node_place(const struct hb_node *node, const char *key)
{
    const struct hb_node *value = hb_node_get(node, key);

    if (value != NULL)
        return value->place;
    return node != NULL ? node->place : (struct hb_place){0};
}

struct hb_node *hb_node_new(struct hb_arena *arena, enum hb_node_kind kind, struct hb_place place)
{
    struct hb_node *node = hb_arena_alloc(arena, sizeof *node);

    node->kind = kind;
    node->place = place;
    node->text = node->raw = "";
    return node;
}

struct hb_node *hb_node_string(struct hb_arena *arena, const char *text, struct hb_place place)
{
    struct hb_node *node = hb_node_new(arena, HB_NODE_STRING, place);

    node->text = node->raw = hb_arena_strdup(arena, text);
    node->quoted = true;
    return node;
}

struct hb_node *hb_node_copy(struct hb_arena *arena, const struct hb_node *node)
{
    struct hb_node *copy = hb_arena_memdup(arena, node, sizeof *node);

    copy->capacity = copy->count;
    if (node->kind == HB_NODE_SEQUENCE) {
        copy->items = hb_arena_calloc(arena, node->count, sizeof(void *));
        for (size_t i = 0; i < node->count; i++)
            copy->items[i] = hb_node_copy(arena, node->items[i]);
    } else if (node->kind == HB_NODE_MAPPING) {
        copy->pairs = hb_arena_calloc(arena, node->count, sizeof *node->pairs);
        for (size_t i = 0; i < node->count; i++) {
            copy->pairs[i].key = hb_node_copy(arena, node->pairs[i].key);
            copy->pairs[i].value = hb_node_copy(arena, node->pairs[i].value);
        }
        hb_node_index_all(arena, copy);
    }
    return copy;
}

/* Room for one more item or pair. */
static void *grown(struct hb_arena *arena, struct hb_node *node, void *items, size_t item_bytes)
{
    void *larger;

    if (node->count < node->capacity)
        return items;
    node->capacity = node->capacity > 0 ? node->capacity * 2 : 4;
    larger = hb_arena_calloc(arena, node->capacity, item_bytes);
    if (node->count > 0)
        memcpy(larger, items, node->count * item_bytes);
    return larger;
}

void hb_node_append(struct hb_arena *arena, struct hb_node *sequence, struct hb_node *item)
{
    HB_ASSERT(sequence->kind == HB_NODE_SEQUENCE);
    sequence->items = grown(arena, sequence, sequence->items, sizeof(void *));
    sequence->items[sequence->count++] = item;
}

void hb_node_set(struct hb_arena *arena, struct hb_node *mapping, struct hb_node *key,
                 struct hb_node *value)
{
    size_t pair;

    HB_ASSERT(mapping->kind == HB_NODE_MAPPING);
    pair = hb_node_find_pair(mapping, key->text);
    if (pair != HB_NODE_NO_PAIR) {
        mapping->pairs[pair] = (struct hb_node_pair){key, value};
        return;
    }
    mapping->pairs = grown(arena, mapping, mapping->pairs, sizeof(struct hb_node_pair));
    mapping->pairs[mapping->count++] = (struct hb_node_pair){key, value};
    hb_node_index_last(arena, mapping);
}

void hb_node_unset(struct hb_node *mapping, const char *key)
{
    size_t pair = hb_node_find_pair(mapping, key);

    if (pair == HB_NODE_NO_PAIR)
        return;
    memmove(mapping->pairs + pair, mapping->pairs + pair + 1,
            (mapping->count - pair - 1) * sizeof *mapping->pairs);
    mapping->count--;
    mapping->index = NULL; /* its numbers are wrong now; the next hb_node_set() makes another */
}

static bool is_one_of(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, words[i]) == 0)
            return true;
    }
    return false;
}

/* 0o17 and 0xff, within 64 bits. */
static bool resolve_prefixed(struct hb_node *node)
{
    bool octal = strncmp(node->text, "0o", 2) == 0, hex = strncmp(node->text, "0x", 2) == 0;
    const char *digits = node->text + 2;
    size_t length = octal || hex ? strlen(digits) : 0;

    if (length == 0 || length > 15 ||
        strspn(digits, octal ? "01234567" : "0123456789abcdefABCDEF") != length)
        return false;
    node->kind = HB_NODE_INT;
    node->integer = (int64_t)strtoull(digits, NULL, octal ? 8 : 16);
    return true;
}

static bool resolve_special_real(struct hb_node *node)
{
    static const char *const infinities[] = {".inf", ".Inf", ".INF"};
    static const char *const nans[] = {".nan", ".NaN", ".NAN"};
    const char *digits = node->text + (*node->text == '-' || *node->text == '+');

    if (is_one_of(digits, infinities, HB_ARRAY_LEN(infinities)))
        node->real = *node->text == '-' ? -INFINITY : INFINITY;
    else if (is_one_of(node->text, nans, HB_ARRAY_LEN(nans)))
        node->real = NAN;
    else
        return false;
    node->kind = HB_NODE_REAL;
    return true;
}

static bool resolve_word(struct hb_node *node)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    static const char *const trues[] = {"true", "True", "TRUE"};
    static const char *const falses[] = {"false", "False", "FALSE"};

    if (is_one_of(node->text, nulls, HB_ARRAY_LEN(nulls))) {
        node->kind = HB_NODE_NULL;
        return true;
    }
    node->boolean = is_one_of(node->text, trues, HB_ARRAY_LEN(trues));
    if (!node->boolean && !is_one_of(node->text, falses, HB_ARRAY_LEN(falses)))
        return false;
    node->kind = HB_NODE_BOOL;
    return true;
}

void hb_node_resolve(struct hb_node *node)
{
    node->kind = HB_NODE_STRING;
    if (node->quoted || resolve_word(node) || resolve_prefixed(node) || resolve_special_real(node))
        return;
    if (hb_parse_integer(node->text, &node->integer) == 0)
        node->kind = HB_NODE_INT;
    else if (hb_parse_number(node->text, &node->real) == 0)
        node->kind = HB_NODE_REAL;
}
