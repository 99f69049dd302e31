/* Both sides of a cell send for the same cell id; what a pair of profiles differs in is what the
 * command `wire --diff` shows, too. */
#include "cli/wire_notices.h"

#include <string.h>

#include "cli/notices.h"
#include "report/wire_rows.h"

#define TEXT_MAX_BYTES 160

/* Up to where a text is shown: never within a character. */
static int shown(const char *text)
{
    size_t length = strnlen(text, TEXT_MAX_BYTES + 1);

    if (length <= TEXT_MAX_BYTES)
        return (int)length;
    for (length = TEXT_MAX_BYTES; length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80;)
        length--;
    return (int)length;
}

static const char *rest_of(const char *text)
{
    return text[shown(text)] != '\0' ? "…" : "";
}

static const char *or_nothing(const char *text)
{
    return text[0] != '\0' ? text : "(nothing)";
}

/* The client's name without that of its subject: "requests/sync [head]". */
static const char *client_of(struct hb_cli *cli, const struct hb_wire_row *wire)
{
    const char *suffix = hb_arena_printf(&cli->arena, " [%s]", wire->subject);
    size_t length = strlen(wire->client), behind = strlen(suffix);

    if (length <= behind || strcmp(wire->client + length - behind, suffix) != 0)
        return wire->client;
    return hb_arena_strndup(&cli->arena, wire->client, length - behind);
}

static void add_difference(struct hb_cli *cli, const struct hb_wire_row *wire,
                           const struct hb_wire_fact *fact, struct hb_strings *notices)
{
    const char *base = or_nothing(fact->cells[0]), *head = or_nothing(fact->cells[1]);

    hb_notices_add(
        notices, hb_arena_printf(&cli->arena, "%s: %.*s: %.*s%s in the base, %.*s%s in the head",
                                 client_of(cli, wire), shown(fact->label), fact->label, shown(base),
                                 base, rest_of(base), shown(head), head, rest_of(head)));
}

static void add_pair(struct hb_cli *cli, const struct hb_wire_row *const pair[2],
                     struct hb_strings *notices)
{
    struct hb_wire_fact *facts;
    size_t count;

    hb_wire_facts(pair, 2, &cli->arena, &facts, &count);
    for (size_t i = 0; i < count; i++) {
        bool one_sided = (facts[i].cells[0][0] == '\0') != (facts[i].cells[1][0] == '\0');

        if (facts[i].is_sent && (facts[i].differs || one_sided))
            add_difference(cli, pair[0], &facts[i], notices);
    }
}

static const struct hb_wire_row *find_head(const struct hb_wire_row *rows, size_t count,
                                           const struct hb_wire_row *base, const char *head)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].subject, head) == 0 && strcmp(rows[i].cell_id, base->cell_id) == 0)
            return &rows[i];
    }
    return NULL;
}

int hb_wire_notices(struct hb_cli *cli, struct hb_store *store, int64_t sweep_id, const char *base,
                    const char *head, struct hb_strings *ret_notices, struct hb_error *err)
{
    struct hb_wire_row *rows;
    size_t count;

    *ret_notices = hb_notices_new(cli);
    if (hb_store_load_wires(store, sweep_id, &cli->arena, &rows, &count, err) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const struct hb_wire_row *pair[2] = {&rows[i], NULL};

        if (strcmp(rows[i].subject, base) != 0)
            continue;
        pair[1] = find_head(rows, count, &rows[i], head);
        if (pair[1] != NULL)
            add_pair(cli, pair, ret_notices);
    }
    return 0;
}
