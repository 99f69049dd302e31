/* `env` of a client: variables of its environment, which are part of what is measured. */
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "scenario/load.h"

/* What Linux passes to a program (execve(2)), and what is left of it for its arguments and for the
 * variables that every client gets. */
#define VARIABLE_MAX_PAGES 32
#define ALL_MAX_BYTES (6u << 20)
#define REST_BYTES (64u << 10)

static const char *name_problem(const char *name)
{
    bool plain = name[0] != '\0' && !isdigit((unsigned char)name[0]);

    for (const char *at = name; *at != '\0'; at++)
        plain = plain && (*at == '_' || (isascii(*at) && isalnum((unsigned char)*at)));
    if (!plain)
        return "expected a name of letters, digits and underscores";
    if (strncmp(name, "LD_", 3) == 0)
        return "it would load other code than what is measured";
    return NULL;
}

/* Linux refuses to start a program with a longer one, by E2BIG. */
static int check_length(struct hb_loading *loading, const struct hb_node_pair *pair,
                        const char *variable)
{
    size_t maximum = VARIABLE_MAX_PAGES * (size_t)sysconf(_SC_PAGESIZE) - 1;
    size_t bytes = strlen(variable);

    if (bytes <= maximum)
        return 0;
    return hb_diag(loading->diags, pair->value->place,
                   "%s in 'env': name and value have %zu bytes; the kernel passes at most %zu",
                   hb_quote(loading->diags, pair->key->text), bytes, maximum);
}

static int load_variable(struct hb_loading *loading, const struct hb_node_pair *pair,
                         const char **ret_variable, json_t *canonical)
{
    const char *name = pair->key->text;
    const char *problem = name_problem(name);

    if (problem != NULL)
        return hb_diag(loading->diags, pair->key->place, "%s in 'env': %s",
                       hb_quote(loading->diags, name), problem);
    if (pair->value->broken || !hb_node_is_scalar(pair->value))
        return -1;
    *ret_variable = hb_arena_printf(loading->arena, "%s=%s", name, pair->value->text);
    json_object_set_new(canonical, name, json_string(hb_node_public_text(pair->value)));
    return check_length(loading, pair, *ret_variable);
}

/* Bytes of variables, with a pointer each, that a program can be started with here. */
static size_t room_for_variables(void)
{
    long arguments = sysconf(_SC_ARG_MAX); /* a quarter of the stack's limit, at least 128 KiB */
    size_t room =
        arguments > 0 && (size_t)arguments < ALL_MAX_BYTES ? (size_t)arguments : ALL_MAX_BYTES;

    return room - REST_BYTES;
}

static int check_size(struct hb_loading *loading, const struct hb_node *node,
                      const char *const *variables)
{
    size_t bytes = 0, room = room_for_variables();

    for (size_t i = 0; i < node->count; i++)
        bytes += strlen(variables[i]) + 1 + sizeof variables[i];
    if (bytes <= room)
        return 0;
    hb_diag(loading->diags, node->place,
            "'env': %zu variables take %zu bytes; the kernel passes at most %zu here", node->count,
            bytes, room);
    hb_diag_hint(loading->diags, "it is a quarter of the stack's limit: raise 'ulimit -s' (up to "
                                 "24576), or give fewer variables");
    return -1;
}

int hb_load_variables(struct hb_loading *loading, const struct hb_raw_client *raw,
                      const char *const **ret_environment, json_t *canonical,
                      const char **ret_label)
{
    const struct hb_node *node = raw->environment;
    const char **variables;
    json_t *own;
    int result = 0;

    *ret_label = "";
    if (node == NULL || node->count == 0)
        return 0;
    own = json_object();
    variables = hb_arena_calloc(loading->arena, node->count + 1, sizeof *variables);
    for (size_t i = 0; i < node->count; i++) {
        if (load_variable(loading, &node->pairs[i], &variables[i], own) != 0)
            result = -1;
    }
    json_object_set_new(canonical, "env", own);
    *ret_label = "+env";
    *ret_environment = variables;
    return result == 0 ? check_size(loading, node, variables) : -1;
}
