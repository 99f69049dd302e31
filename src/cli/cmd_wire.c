/* wire: what clients really sent, and what is different between two sweeps or two clients. */
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "cli/commands.h"
#include "report/wire_json.h"
#include "report/wire_rows.h"

struct wire_options {
    const char *database, *sweep;
    bool diff, json;
};

#define AT(member) offsetof(struct wire_options, member)

static const struct hb_option wire_option_table[] = {
    {"db", 0, HB_VALUE_STRING, AT(database), "PATH", 0, 0, NULL,
     "SQLite file of the sweeps (default: benchmark_results.db)"},
    {"sweep", 0, HB_VALUE_STRING, AT(sweep), "SWEEP", 0, 0, NULL,
     "An id, latest (default) or latest~N; 'list sweeps' shows them"},
    {"diff", 0, HB_VALUE_FLAG, AT(diff), NULL, 0, 0, NULL,
     "Show what is different between A and B, each a sweep, a client, a subject, or "
     "SWEEP:CLIENT"},
    {"json", 0, HB_VALUE_FLAG, AT(json), NULL, 0, 0, NULL, "Print JSON"},
};

/* One side of a comparison, or all there is to show. */
struct side {
    struct hb_sweep_row sweep;
    const char *client;  /* NULL: all of them */
    const char *subject; /* NULL: all of them */
    const struct hb_wire_row **wires;
    size_t count;
};

/* ---- which profiles ---- */

/* The client's name, without that of its subject: "requests/sync [head]". */
static size_t name_length(const struct hb_wire_row *wire)
{
    size_t length = strlen(wire->client);
    size_t behind = wire->subject[0] != '\0' ? strlen(wire->subject) + strlen(" []") : 0;

    return length > behind ? length - behind : length;
}

static bool is_same_client(const struct hb_wire_row *a, const struct hb_wire_row *b)
{
    return name_length(a) == name_length(b) && strncmp(a->client, b->client, name_length(a)) == 0;
}

/* "requests" is "requests/sync", too. */
static bool is_of_client(const struct hb_wire_row *wire, const char *client)
{
    static const char *const rests[] = {"", "/sync", "/async"};
    size_t length = strlen(client), name = name_length(wire);

    if (strcmp(wire->client, client) == 0)
        return true;
    if (length > name || strncmp(wire->client, client, length) != 0)
        return false;
    for (size_t i = 0; i < HB_ARRAY_LEN(rests); i++)
        if (name - length == strlen(rests[i]) &&
            strncmp(wire->client + length, rests[i], name - length) == 0)
            return true;
    return false;
}

static bool is_wanted(const struct hb_wire_row *wire, const struct side *side,
                      const int64_t *ordinals, size_t ordinals_count)
{
    if ((side->client != NULL && !is_of_client(wire, side->client)) ||
        (side->subject != NULL && strcmp(wire->subject, side->subject) != 0))
        return false;
    for (size_t i = 0; i < ordinals_count; i++)
        if (ordinals[i] == wire->ordinal)
            return true;
    return ordinals_count == 0;
}

/* There is none at all, or none of that client: then those that there are help. */
static int fail_empty(struct hb_cli *cli, const struct side *side, const struct hb_wire_row *rows,
                      size_t count, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf clients = {.maximum = HB_ERROR_MESSAGE_BYTES / 2};

    if (count == 0)
        return hb_fail(err, HB_ERR_NOT_FOUND,
                       "in sweep %" PRId64 " nobody looked at requests: its scenario may say 'run: "
                       "{wire: none}'",
                       side->sweep.id);
    for (size_t i = 0; i < count; i++) {
        bool is_known = false;

        for (size_t j = 0; j < i && !is_known; j++)
            is_known = strcmp(rows[j].client, rows[i].client) == 0;
        if (!is_known)
            hb_buf_printf(&clients, "%s%s", clients.length > 0 ? ", " : "", rows[i].client);
    }
    return hb_fail(err, HB_ERR_NOT_FOUND,
                   "sweep %" PRId64 " holds no requests of '%.100s', only of %s", side->sweep.id,
                   side->client != NULL ? side->client : "",
                   hb_cli_safe(cli, hb_buf_text(&clients)));
}

/* A name that is a subject's and no client's means the subject. */
static void tell_subject_from_client(struct side *side, const struct hb_wire_row *rows,
                                     size_t count)
{
    const char *name = side->client;

    for (size_t i = 0; i < count && name != NULL; i++) {
        if (is_of_client(&rows[i], name))
            return;
        if (strcmp(rows[i].subject, name) == 0)
            side->subject = name;
    }
    side->client = side->subject != NULL ? NULL : name;
}

static int load_side(struct hb_cli *cli, struct hb_store *store, const char *selector,
                     char *const *cells, size_t cells_count, struct side *side,
                     struct hb_error *err)
{
    int64_t *ordinals = hb_arena_calloc(&cli->arena, cells_count + 1, sizeof *ordinals);
    struct hb_wire_row *rows;
    size_t count;

    if (hb_store_find_sweep(store, selector, &cli->arena, &side->sweep, err) != 0 ||
        hb_store_load_wires(store, side->sweep.id, &cli->arena, &rows, &count, err) != 0)
        return -1;
    for (size_t i = 0; i < cells_count; i++)
        if (hb_store_find_wire(store, side->sweep.id, cells[i], &ordinals[i], err) != 0)
            return -1;
    tell_subject_from_client(side, rows, count);
    side->count = 0;
    side->wires = hb_arena_calloc(&cli->arena, count + 1, sizeof(struct hb_wire_row *));
    for (size_t i = 0; i < count; i++)
        if (is_wanted(&rows[i], side, ordinals, cells_count))
            side->wires[side->count++] = &rows[i];
    return side->count > 0 ? 0 : fail_empty(cli, side, rows, count, err);
}

static bool is_selector(const char *text, size_t length)
{
    return length > 0 && (strspn(text, "0123456789") >= length ||
                          (length >= strlen("latest") && strncmp(text, "latest", 6) == 0 &&
                           (length == 6 || text[6] == '~')));
}

/* "3", "httpx/async", "latest~1:httpx/async" */
static int parse_side(struct hb_cli *cli, struct hb_store *store, const char *otherwise,
                      const char *text, struct side *ret_side, struct hb_error *err)
{
    size_t length = strcspn(text, ":");
    const char *selector = otherwise;

    ret_side->client = text;
    if (is_selector(text, length)) {
        selector = hb_arena_strndup(&cli->arena, text, length);
        ret_side->client = text[length] == ':' ? text + length + 1 : NULL;
    }
    return load_side(cli, store, selector, NULL, 0, ret_side, err);
}

/* ---- side by side ---- */

/* The clients that say the same as number `first`, which is the first to say it. */
static void print_value(struct hb_cli *cli, const struct hb_wire_fact *fact, size_t first,
                        const struct hb_wire_row *const *wires, size_t count)
{
    for (size_t i = 0; i < first; i++)
        if (strcmp(fact->cells[i], fact->cells[first]) == 0)
            return;
    if (fact->cells[first][0] == '\0')
        return;
    printf("    %s  [", hb_cli_safe(cli, fact->cells[first]));
    for (size_t i = first; i < count; i++)
        if (strcmp(fact->cells[i], fact->cells[first]) == 0)
            printf("%s%s", i > first ? ", " : "", hb_cli_safe(cli, wires[i]->client));
    printf("]\n");
}

static bool says_one_thing(const struct hb_wire_fact *fact, size_t count, size_t *ret_which)
{
    bool any = false;

    for (size_t i = 0; i < count; i++) {
        if (fact->cells[i][0] == '\0')
            continue;
        if (any && strcmp(fact->cells[i], fact->cells[*ret_which]) != 0)
            return false;
        *ret_which = any ? *ret_which : i;
        any = true;
    }
    return true;
}

static void print_fact(struct hb_cli *cli, const struct hb_wire_fact *fact,
                       const struct hb_wire_row *const *wires, size_t count)
{
    const char *label = hb_cli_safe(cli, fact->label);
    size_t which = 0;

    if (!fact->differs && says_one_thing(fact, count, &which)) {
        printf("  %-28s %s\n", label, hb_cli_safe(cli, fact->cells[which]));
        return;
    }
    printf("%s %s\n", fact->differs ? "≠" : " ", label);
    for (size_t i = 0; i < count; i++)
        print_value(cli, fact, i, wires, count);
}

static void print_request(struct hb_cli *cli, const struct hb_wire_row *const *wires, size_t count)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text = {.maximum = 1 << 16};
    struct hb_wire_fact *facts;
    size_t facts_count;

    hb_wire_describe(wires[0], &text);
    printf("%s: ", hb_cli_safe(cli, hb_buf_text(&text)));
    for (size_t i = 0; i < count; i++)
        printf("%s%s", i > 0 ? ", " : "", hb_cli_safe(cli, wires[i]->client));
    printf("\n");
    hb_wire_facts(wires, count, &cli->arena, &facts, &facts_count);
    for (size_t i = 0; i < facts_count; i++)
        print_fact(cli, &facts[i], wires, count);
}

static void print_side(struct hb_cli *cli, const struct side *side)
{
    for (size_t i = 0, end; i < side->count; i = end) {
        for (end = i + 1; end < side->count; end++)
            if (!hb_wire_same_request(side->wires[i], side->wires[end]))
                break;
        if (i > 0)
            printf("\n");
        print_request(cli, &side->wires[i], end - i);
    }
}

static void print_side_json(struct hb_cli *cli, const struct side *side)
{
    struct hb_wire_row *rows = hb_arena_calloc(&cli->arena, side->count, sizeof *rows);

    for (size_t i = 0; i < side->count; i++)
        rows[i] = *side->wires[i];
    hb_wire_write_json(rows, side->count, stdout);
    printf("\n");
}

static int show(struct hb_cli *cli, struct hb_store *store, const struct wire_options *options,
                char *const *cells, int count, struct hb_error *err)
{
    struct side side = {0};

    if (load_side(cli, store, options->sweep != NULL ? options->sweep : "latest", cells,
                  (size_t)count, &side, err) != 0)
        return -1;
    if (options->json)
        print_side_json(cli, &side);
    else
        print_side(cli, &side);
    return 0;
}

/* ---- differences ---- */

/* What a comparison is written with: text for people, or JSON. */
struct diff_writer {
    struct hb_cli *cli;
    bool json;
    size_t pairs, differences; /* of the current pair */
};

static void write_side_json(const char *name, const struct hb_wire_row *wire,
                            const struct side *side)
{
    printf(", \"%s\": {\"sweep\": %" PRId64 ", \"client\": ", name, side->sweep.id);
    hb_json_write_string(stdout, wire->client);
    if (wire->subject[0] != '\0') {
        printf(", \"subject\": ");
        hb_json_write_string(stdout, wire->subject);
    }
    printf("}");
}

static void begin_pair(struct diff_writer *writer, const struct hb_wire_row *const pair[2],
                       const struct side sides[2])
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text = {.maximum = 1 << 16};

    hb_wire_describe(pair[0], &text);
    writer->differences = 0;
    if (!writer->json) {
        printf("%s%s: %s → %s\n", writer->pairs > 0 ? "\n" : "",
               hb_cli_safe(writer->cli, hb_buf_text(&text)),
               hb_cli_safe(writer->cli, pair[0]->client),
               hb_cli_safe(writer->cli, pair[1]->client));
    } else {
        printf("%s\n  {\"request\": ", writer->pairs > 0 ? "," : "");
        hb_json_write_string(stdout, hb_buf_text(&text));
        write_side_json("a", pair[0], &sides[0]);
        write_side_json("b", pair[1], &sides[1]);
        printf(", \"differences\": [");
    }
    writer->pairs++;
}

static void write_difference(struct diff_writer *writer, const struct hb_wire_fact *fact)
{
    const char *names[] = {"what", "a", "b"};
    const char *texts[] = {fact->label, fact->cells[0], fact->cells[1]};

    writer->differences++;
    if (!writer->json) {
        printf("≠ %-28s %s → %s\n", hb_cli_safe(writer->cli, texts[0]),
               hb_cli_safe(writer->cli, texts[1]), hb_cli_safe(writer->cli, texts[2]));
        return;
    }
    for (size_t i = 0; i < HB_ARRAY_LEN(names); i++) {
        printf("%s\"%s\": ", i > 0 ? ", " : writer->differences > 1 ? ", {" : "{", names[i]);
        hb_json_write_string(stdout, texts[i]);
    }
    printf("}");
}

static void end_pair(const struct diff_writer *writer)
{
    if (writer->json)
        printf("]}");
    else if (writer->differences == 0)
        printf("  no difference\n");
}

static void diff_pair(struct diff_writer *writer, const struct hb_wire_row *const pair[2],
                      const struct side sides[2])
{
    struct hb_wire_fact *facts;
    size_t count;

    begin_pair(writer, pair, sides);
    hb_wire_facts(pair, 2, &writer->cli->arena, &facts, &count);
    for (size_t i = 0; i < count; i++)
        if (facts[i].differs || (facts[i].cells[0][0] == '\0') != (facts[i].cells[1][0] == '\0'))
            write_difference(writer, &facts[i]);
    end_pair(writer);
}

/* Of two clients their requests are compared; of two sweeps the same client's. Takes it from B. */
static const struct hb_wire_row *find_partner(const struct hb_wire_row *wire,
                                              const struct side *from, struct side *in)
{
    bool any_client = from->client != NULL && in->client != NULL;

    for (size_t i = 0; i < in->count; i++) {
        const struct hb_wire_row *found = in->wires[i];

        if (found == NULL || !hb_wire_same_request(wire, found) ||
            (!any_client && !is_same_client(wire, found)))
            continue;
        in->wires[i] = NULL;
        return found;
    }
    return NULL;
}

static void tell_unpaired(const struct diff_writer *writer, const char *side,
                          const struct hb_wire_row *wire)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text = {.maximum = 1 << 16};

    hb_wire_describe(wire, &text);
    hb_cli_notice(writer->cli, "only in %s: %s, %s", side,
                  hb_cli_safe(writer->cli, hb_buf_text(&text)),
                  hb_cli_safe(writer->cli, wire->client));
}

static int diff_sides(struct diff_writer *writer, struct side sides[2], struct hb_error *err)
{
    printf("%s", writer->json ? "[" : "");
    for (size_t i = 0; i < sides[0].count; i++) {
        const struct hb_wire_row *pair[2] = {sides[0].wires[i], NULL};

        pair[1] = find_partner(pair[0], &sides[0], &sides[1]);
        if (pair[1] != NULL)
            diff_pair(writer, pair, sides);
        else
            tell_unpaired(writer, "A", pair[0]);
    }
    printf("%s", writer->json ? "]\n" : "");
    for (size_t i = 0; i < sides[1].count; i++)
        if (sides[1].wires[i] != NULL)
            tell_unpaired(writer, "B", sides[1].wires[i]);
    if (writer->pairs > 0)
        return 0;
    return hb_fail(err, HB_ERR_NOT_FOUND, "A and B have no request in common");
}

static int diff(struct hb_cli *cli, struct hb_store *store, const struct wire_options *options,
                char *const *arguments, int count, struct hb_error *err)
{
    const char *otherwise = options->sweep != NULL ? options->sweep : "latest";
    struct diff_writer writer = {.cli = cli, .json = options->json};
    struct side sides[2] = {{.client = NULL}, {.client = NULL}};

    if (count != 2)
        return hb_fail(err, HB_ERR_INPUT,
                       "wire --diff takes two: sweeps, clients, or SWEEP:CLIENT");
    for (size_t i = 0; i < HB_ARRAY_LEN(sides); i++)
        if (parse_side(cli, store, otherwise, arguments[i], &sides[i], err) != 0)
            return -1;
    return diff_sides(&writer, sides, err);
}

static int run_wire(struct hb_cli *cli, const void *opaque, char *const *arguments, int count,
                    HB_UNUSED int *exit_code, struct hb_error *err)
{
    const struct wire_options *options = opaque;
    struct hb_store *store;
    int result;

    if (hb_store_open(hb_cli_database(cli, options->database), HB_STORE_READ, &store, err) != 0)
        return -1;
    result = options->diff ? diff(cli, store, options, arguments, count, err)
                           : show(cli, store, options, arguments, count, err);
    hb_store_close(store);
    return result;
}

const struct hb_command hb_command_wire = {
    .name = "wire",
    .arguments = "[CELL…] | --diff A B",
    .summary = "Show what clients really sent, and compare it",
    .description =
        "Show the requests of each client as they crossed the wire: request line, headers as they "
        "are spelled and ordered, bytes, connections, system calls. What is not the same for all "
        "clients is marked. CELL is a cell's id or the beginning of one. With --diff, only what is "
        "different between two sweeps ('wire --diff latest~1 latest'), two clients of one ('wire "
        "--diff requests httpx/sync'), two subjects ('wire --diff base head'), or both ('wire "
        "--diff 3:requests 4:requests').",
    .options = wire_option_table,
    .options_count = HB_ARRAY_LEN(wire_option_table),
    .options_bytes = sizeof(struct wire_options),
    .arguments_max = -1,
    .run = run_wire,
};
