/* Expansion of ${…}. The text as written stays in `raw`; what came from outside is noted in `env`.
 */
#include "config/expand.h"

#include <stdlib.h>
#include <string.h>

#include "config/document.h"

enum { TOTAL_MAX_BYTES = 8 << 20 }; /* of all expanded texts of a document */

struct expander {
    struct hb_arena *arena;
    struct hb_diags *diags;
    size_t total_bytes;
    struct hb_node *node; /* the scalar at hand */
    struct hb_buf text;   /* what it becomes */
};

struct expression { /* ${name}, ${name:-argument}, ${name:?argument} */
    const char *name;
    char operation; /* '-', '?' or 0 */
    const char *argument;
};

static int bad_expression(struct expander *expander, const char *written)
{
    hb_diag(expander->diags, expander->node->place, "%s is not a variable",
            hb_quote(expander->diags, written));
    hb_diag_hint(expander->diags, "write ${NAME}, ${NAME:-default} or ${NAME:?message}, and $$ for "
                                  "a dollar sign");
    return -1;
}

/* Split what stands between the braces. */
static int parse_expression(struct expander *expander, const char *inside, size_t length,
                            struct expression *ret)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    char *copy = hb_arena_strndup(expander->arena, inside, length);
    size_t name_length = strspn(copy, letters);
    char *rest = copy + name_length;
    const char *written = hb_arena_printf(expander->arena, "${%s}", copy);

    *ret = (struct expression){.name = copy};
    if (name_length == 0 || (*copy >= '0' && *copy <= '9'))
        return bad_expression(expander, written);
    if (*rest == '\0')
        return 0;
    if (rest[0] != ':' || (rest[1] != '-' && rest[1] != '?') || strstr(rest, "${") != NULL)
        return bad_expression(expander, written);
    ret->operation = rest[1];
    ret->argument = rest + 2;
    *rest = '\0';
    return 0;
}

static void note_env(struct expander *expander, const char *value)
{
    struct hb_env_value *use = hb_arena_alloc(expander->arena, sizeof *use);

    use->value = hb_arena_strdup(expander->arena, value);
    use->next = expander->node->env;
    expander->node->env = use;
}

static int unset(struct expander *expander, const struct expression *expression)
{
    const char *name = hb_quote(expander->diags, expression->name);

    if (expression->operation == '?' && *expression->argument != '\0')
        return hb_diag(expander->diags, expander->node->place,
                       "environment variable %s is not set: %s", name, expression->argument);
    hb_diag(expander->diags, expander->node->place, "environment variable %s is not set", name);
    hb_diag_hint(expander->diags, "set it, or give a default: ${%s:-…}", expression->name);
    return -1;
}

static int put_value(struct expander *expander, const struct expression *expression)
{
    const char *value = getenv(expression->name);

    if (value != NULL && (*value != '\0' || expression->operation == '\0')) {
        note_env(expander, value);
        hb_buf_puts(&expander->text, value);
        return 0;
    }
    if (expression->operation != '-')
        return unset(expander, expression);
    hb_buf_puts(&expander->text, expression->argument);
    return 0;
}

/* `at` is the dollar; returns what follows the part it begins, or NULL on an error. */
static const char *expand_dollar(struct expander *expander, const char *at)
{
    struct expression expression;
    const char *end;

    if (at[1] != '{') {
        hb_buf_putc(&expander->text, '$');
        return at + (at[1] == '$' ? 2 : 1);
    }
    end = strchr(at, '}');
    if (end == NULL) {
        bad_expression(expander, at);
        return NULL;
    }
    if (parse_expression(expander, at + 2, (size_t)(end - at - 2), &expression) != 0 ||
        put_value(expander, &expression) != 0)
        return NULL;
    return end + 1;
}

static int expand_text(struct expander *expander)
{
    const char *at = expander->node->raw;

    while (*at != '\0') {
        size_t plain = strcspn(at, "$");

        hb_buf_append(&expander->text, at, plain);
        at += plain;
        if (*at == '$')
            at = expand_dollar(expander, at);
        if (at == NULL)
            return -1;
    }
    if (expander->text.overflowed)
        return hb_diag(expander->diags, expander->node->place,
                       "more than the limit of %u bytes once its variables are expanded",
                       HB_YAML_MAX_SCALAR_BYTES);
    return 0;
}

static int expand_scalar(struct expander *expander, struct hb_node *node)
{
    int result;

    if (strchr(node->raw, '$') == NULL)
        return 0;
    expander->node = node;
    hb_buf_init(&expander->text, HB_YAML_MAX_SCALAR_BYTES);
    result = expand_text(expander);
    expander->total_bytes += expander->text.length;
    if (result == 0 && expander->total_bytes > TOTAL_MAX_BYTES)
        result =
            hb_diag(expander->diags, node->place,
                    "more than the limit of %d bytes of expanded text in all", TOTAL_MAX_BYTES);
    if (result == 0) {
        node->text = hb_arena_strdup(expander->arena, hb_buf_text(&expander->text));
        hb_node_resolve(node);
    }
    node->broken = result != 0;
    hb_buf_release(&expander->text);
    return result;
}

static int expand_node(struct expander *expander, struct hb_node *node)
{
    int result = 0;

    if (hb_node_is_scalar(node))
        return expand_scalar(expander, node);
    for (size_t i = 0; i < node->count; i++) {
        struct hb_node *child =
            node->kind == HB_NODE_SEQUENCE ? node->items[i] : node->pairs[i].value;

        if (expander->total_bytes > TOTAL_MAX_BYTES)
            return -1;
        if (expand_node(expander, child) != 0)
            result = -1;
    }
    return result;
}

int hb_expand_variables(struct hb_arena *arena, struct hb_node *root, struct hb_diags *diags)
{
    struct expander expander = {.arena = arena, .diags = diags};

    return expand_node(&expander, root);
}
