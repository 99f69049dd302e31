/* Making the rows. Each kind of fact is one function that fills a row's cells; facts about texts
 * differ when the texts do, facts about counted calls by a tolerance. */
#include "report/wire_rows.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#define CALLS_LEAST 0.1 /* rarer ones have no row */
/* Each row looks through all of them, so what a hostile profile says is cut. */
#define HEADERS_MOST 200 /* of a request; browsers send 30 */
#define CALLS_MOST 500   /* Linux has fewer */
#define VERSION "version of the client"
#define NOTE "note"

struct facts {
    const struct hb_wire_row *const *wires;
    size_t wires_count;
    struct hb_arena *arena;
    struct hb_wire_fact *rows;
    size_t count;
};

/* ---- rows ---- */

static bool texts_differ(const char *const *cells, size_t count)
{
    const char *said = NULL;

    for (size_t i = 0; i < count; i++) {
        if (cells[i][0] == '\0')
            continue;
        if (said != NULL && strcmp(said, cells[i]) != 0)
            return true;
        said = cells[i];
    }
    return false;
}

static bool all_silent(const char *const *cells, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cells[i][0] != '\0')
            return false;
    return true;
}

static void add_row(struct facts *facts, const char *label, const char *const *cells, bool differs)
{
    if (!all_silent(cells, facts->wires_count))
        facts->rows[facts->count++] = (struct hb_wire_fact){label, cells, differs};
}

/* Versions of different clients say nothing when they are compared. */
static bool is_one_client(const struct facts *facts)
{
    for (size_t i = 1; i < facts->wires_count; i++)
        if (strcmp(facts->wires[i]->client, facts->wires[0]->client) != 0)
            return false;
    return true;
}

/* What one profile says about something; "" when nothing. */
typedef const char *tell_function(const struct hb_wire_row *wire, struct hb_arena *arena);

static void add_told(struct facts *facts, const char *label, tell_function *tell)
{
    const char **cells = hb_arena_calloc(facts->arena, facts->wires_count, sizeof *cells);

    for (size_t i = 0; i < facts->wires_count; i++)
        cells[i] = tell(facts->wires[i], facts->arena);
    add_row(facts, label, cells, texts_differ(cells, facts->wires_count));
}

static const struct hb_wire_request *first_of(const struct hb_wire_row *wire)
{
    return wire->sent.seen_count > 0 ? &wire->sent.seen[0] : NULL;
}

static size_t headers_of(const struct hb_wire_request *request)
{
    if (request == NULL)
        return 0;
    return request->headers_count < HEADERS_MOST ? request->headers_count : HEADERS_MOST;
}

static size_t calls_told(const struct hb_wire_profile *profile)
{
    return profile->calls_count < CALLS_MOST ? profile->calls_count : CALLS_MOST;
}

/* ---- what a profile says ---- */

static const char *tell_failure(const struct hb_wire_row *wire, struct hb_arena *arena HB_UNUSED)
{
    return wire->failure;
}

static const char *tell_version(const struct hb_wire_row *wire, struct hb_arena *arena HB_UNUSED)
{
    return wire->sent.client_version;
}

static const char *tell_line(const struct hb_wire_row *wire, struct hb_arena *arena)
{
    if (first_of(wire) != NULL)
        return first_of(wire)->line;
    return wire->sent.seen_why[0] != '\0'
               ? hb_arena_printf(arena, "(not read: %s)", wire->sent.seen_why)
               : "";
}

static const char *tell_order(const struct hb_wire_row *wire, struct hb_arena *arena)
{
    const struct hb_wire_request *request = first_of(wire);
    HB_CLEANUP(hb_buf_release) struct hb_buf text = {.maximum = 1 << 20};

    for (size_t i = 0; i < headers_of(request); i++)
        hb_buf_printf(&text, "%s%s", i > 0 ? ", " : "", request->headers[i].name);
    return hb_arena_strdup(arena, hb_buf_text(&text));
}

static const char *tell_body(const struct hb_wire_row *wire, struct hb_arena *arena)
{
    const struct hb_wire_request *request = first_of(wire);

    if (request == NULL)
        return "";
    if (strcmp(request->framing, "none") == 0 && request->body_bytes == 0)
        return "none";
    return hb_arena_printf(arena, "%" PRIu64 " bytes, %s, %s", request->body_bytes,
                           request->framing,
                           request->body_as_given ? "as given" : "other than given");
}

static const char *tell_cut(const struct hb_wire_row *wire, struct hb_arena *arena)
{
    const struct hb_wire_request *request = first_of(wire);

    return request != NULL && request->headers_count > HEADERS_MOST
               ? hb_arena_printf(arena, "%zu, the first %d are shown", request->headers_count,
                                 HEADERS_MOST)
               : "";
}

static const char *tell_variety(const struct hb_wire_row *wire, struct hb_arena *arena)
{
    return wire->sent.seen_count > 1
               ? hb_arena_printf(arena, "%zu different; the first is shown", wire->sent.seen_count)
               : "";
}

static const char *tell_connections(const struct hb_wire_row *wire, struct hb_arena *arena)
{
    if (wire->failure[0] != '\0')
        return "";
    return hb_arena_printf(arena, "%" PRIu64 " for %" PRIu64 " requests", wire->sent.connections,
                           wire->sent.requests);
}

static const char *tell_verified(const struct hb_wire_row *wire, struct hb_arena *arena)
{
    uint64_t others = wire->sent.requests - wire->sent.verified;

    return others > 0 && wire->sent.verified < wire->sent.requests
               ? hb_arena_printf(arena, "%" PRIu64 " of %" PRIu64, others, wire->sent.requests)
               : "";
}

static const char *tell_note(const struct hb_wire_row *wire, struct hb_arena *arena HB_UNUSED)
{
    return wire->sent.seen_note;
}

/* ---- headers ---- */

static const struct hb_wire_header *find_header(const struct hb_wire_request *request,
                                                const char *name, size_t occurrence)
{
    for (size_t i = 0; i < headers_of(request); i++)
        if (strcasecmp(request->headers[i].name, name) == 0 && occurrence-- == 0)
            return &request->headers[i];
    return NULL;
}

/* How often the name stood before, in the same request. */
static size_t occurrence_of(const struct hb_wire_request *request, size_t index)
{
    size_t before = 0;

    for (size_t i = 0; i < index; i++)
        before += strcasecmp(request->headers[i].name, request->headers[index].name) == 0;
    return before;
}

/* A spelling other than the row's shows. */
static const char *tell_header(const struct facts *facts, const struct hb_wire_row *wire,
                               const char *name, size_t occurrence)
{
    const struct hb_wire_header *header = find_header(first_of(wire), name, occurrence);

    if (header == NULL)
        return first_of(wire) != NULL ? HB_WIRE_ABSENT : "";
    if (strcmp(header->name, name) != 0)
        return hb_arena_printf(facts->arena, "%s: %s", header->name, header->value);
    return header->value[0] != '\0' ? header->value : "(empty)";
}

static bool is_told_before(const struct facts *facts, size_t wire, const char *name,
                           size_t occurrence)
{
    for (size_t i = 0; i < wire; i++)
        if (find_header(first_of(facts->wires[i]), name, occurrence) != NULL)
            return true;
    return false;
}

static void add_header(struct facts *facts, const char *name, size_t occurrence)
{
    const char **cells = hb_arena_calloc(facts->arena, facts->wires_count, sizeof *cells);

    for (size_t i = 0; i < facts->wires_count; i++)
        cells[i] = tell_header(facts, facts->wires[i], name, occurrence);
    add_row(facts, name, cells, texts_differ(cells, facts->wires_count));
}

static void add_headers(struct facts *facts)
{
    for (size_t wire = 0; wire < facts->wires_count; wire++) {
        const struct hb_wire_request *request = first_of(facts->wires[wire]);

        for (size_t i = 0; i < headers_of(request); i++) {
            size_t occurrence = occurrence_of(request, i);

            if (!is_told_before(facts, wire, request->headers[i].name, occurrence))
                add_header(facts, request->headers[i].name, occurrence);
        }
    }
}

/* Only worth a row when it differs. */
static void add_order(struct facts *facts)
{
    add_told(facts, "order of headers", tell_order);
    if (facts->count > 0 && !facts->rows[facts->count - 1].differs &&
        strcmp(facts->rows[facts->count - 1].label, "order of headers") == 0)
        facts->count--;
}

/* ---- figures ---- */

/* Figures no further apart than `least`, or this share of the highest, agree. */
struct tolerance {
    double least, share;
    int decimals;
};

static const struct tolerance of_instructions = {0, 0.01, 0};
static const struct tolerance exact = {0, 0, 0}, of_calls = {0.1, 0.02, 1}, of_waits = {1, 0.02, 1};
/* A handshake is not always of the same length, and what a request takes is the rest. */
static const struct tolerance of_encrypted = {2, 0.03, 0};

/* Negative: unknown. */
static void add_figures(struct facts *facts, const char *label, const double *figures,
                        const struct tolerance *tolerance)
{
    const char **cells = hb_arena_calloc(facts->arena, facts->wires_count, sizeof(char *));
    double low = INFINITY, high = 0;

    for (size_t i = 0; i < facts->wires_count; i++) {
        cells[i] = figures[i] < 0
                       ? ""
                       : hb_arena_printf(facts->arena, "%.*f", tolerance->decimals, figures[i]);
        if (figures[i] >= 0) {
            low = fmin(low, figures[i]);
            high = fmax(high, figures[i]);
        }
    }
    add_row(facts, label, cells,
            high - low > tolerance->least && high - low > tolerance->share * high);
}

static const struct {
    const char *label;
    size_t offset; /* of the figure in struct hb_wire_profile */
    bool of_setup; /* told only where there is any */
} byte_figures[] = {
    {"bytes sent a request", offsetof(struct hb_wire_profile, bytes_sent), false},
    {"bytes received a request", offsetof(struct hb_wire_profile, bytes_received), false},
    {"bytes sent to set up", offsetof(struct hb_wire_profile, setup_sent), true},
    {"bytes received to set up", offsetof(struct hb_wire_profile, setup_received), true},
};

static void add_bytes(struct facts *facts)
{
    bool has_setup = false;

    for (size_t i = 0; i < facts->wires_count; i++)
        has_setup |= facts->wires[i]->sent.setup_sent > 0;
    for (size_t row = 0; row < HB_ARRAY_LEN(byte_figures); row++) {
        double *figures = hb_arena_calloc(facts->arena, facts->wires_count, sizeof *figures);

        if (byte_figures[row].of_setup && !has_setup)
            continue;
        for (size_t i = 0; i < facts->wires_count; i++)
            figures[i] = *(const double *)(const void *)((const char *)&facts->wires[i]->sent +
                                                         byte_figures[row].offset);
        add_figures(facts, byte_figures[row].label, figures, has_setup ? &of_encrypted : &exact);
    }
}

/* ---- system calls ---- */

static double calls_of(const struct hb_wire_profile *profile, const char *name)
{
    if (profile->system_calls < 0)
        return -1;
    for (size_t i = 0; i < calls_told(profile); i++)
        if (strcmp(profile->calls[i].name, name) == 0)
            return profile->calls[i].per_request;
    return 0;
}

/* Calls that wait come as often as the answer is not there yet, which is luck. */
static bool is_waiting(const char *name)
{
    static const char *const names[] = {
        "poll",         "ppoll", "select",      "pselect6",  "epoll_wait",      "epoll_pwait",
        "epoll_pwait2", "futex", "sched_yield", "nanosleep", "clock_nanosleep", "restart_syscall"};

    for (size_t i = 0; i < HB_ARRAY_LEN(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* That one waits by another call than the others is no luck. */
static bool only_some_have(const double *counts, size_t count)
{
    double low = INFINITY, high = 0;

    for (size_t i = 0; i < count; i++) {
        low = counts[i] >= 0 ? fmin(low, counts[i]) : low;
        high = fmax(high, counts[i]);
    }
    return low < CALLS_LEAST && high >= 0.5;
}

static void add_call(struct facts *facts, const char *name)
{
    double *counts = hb_arena_calloc(facts->arena, facts->wires_count, sizeof *counts);
    bool lenient;

    for (size_t i = 0; i < facts->wires_count; i++)
        counts[i] = calls_of(&facts->wires[i]->sent, name);
    lenient = is_waiting(name) && !only_some_have(counts, facts->wires_count);
    add_figures(facts, hb_arena_printf(facts->arena, "calls of %s", name), counts,
                lenient ? &of_waits : &of_calls);
}

static bool is_counted_before(const struct facts *facts, size_t wire, const char *name)
{
    for (size_t i = 0; i < wire; i++)
        if (calls_of(&facts->wires[i]->sent, name) >= CALLS_LEAST)
            return true;
    return false;
}

static const char *tell_why_no_calls(const struct hb_wire_row *wire,
                                     struct hb_arena *arena HB_UNUSED)
{
    return wire->sent.system_calls_why;
}

static void add_each_call(struct facts *facts)
{
    for (size_t wire = 0; wire < facts->wires_count; wire++) {
        const struct hb_wire_profile *sent = &facts->wires[wire]->sent;

        for (size_t i = 0; i < calls_told(sent); i++)
            if (sent->calls[i].per_request >= CALLS_LEAST &&
                !is_counted_before(facts, wire, sent->calls[i].name))
                add_call(facts, sent->calls[i].name);
    }
}

/* Their sum differs, too, when any of them does. */
static void add_calls(struct facts *facts)
{
    double *totals = hb_arena_calloc(facts->arena, facts->wires_count, sizeof *totals);
    size_t sum = facts->count;

    for (size_t i = 0; i < facts->wires_count; i++)
        totals[i] = facts->wires[i]->sent.system_calls;
    add_figures(facts, "system calls a request", totals, &of_waits);
    add_each_call(facts);
    for (size_t i = sum + 1; i < facts->count; i++)
        facts->rows[sum].differs |= facts->rows[i].differs;
    add_told(facts, "system calls unknown", tell_why_no_calls);
}

/* ---- instructions ---- */

static const char *tell_counter(const struct hb_wire_row *wire, struct hb_arena *arena HB_UNUSED)
{
    return wire->sent.instructions_how;
}

static const char *tell_why_no_instructions(const struct hb_wire_row *wire,
                                            struct hb_arena *arena HB_UNUSED)
{
    return wire->sent.instructions_why;
}

static void add_instructions(struct facts *facts)
{
    double *figures = hb_arena_calloc(facts->arena, facts->wires_count, sizeof *figures);

    for (size_t i = 0; i < facts->wires_count; i++)
        figures[i] = facts->wires[i]->sent.instructions;
    add_figures(facts, "instructions a request", figures, &of_instructions);
    add_told(facts, "instructions counted by", tell_counter);
    add_told(facts, "instructions unknown", tell_why_no_instructions);
}

/* ---- all of them ---- */

static const struct {
    const char *label;
    tell_function *tell;
} before[] = {{"could not be looked at", tell_failure},
              {VERSION, tell_version},
              {NOTE, tell_note},
              {"request line", tell_line}};
static const struct {
    const char *label;
    tell_function *tell;
} after[] = {
    {"headers", tell_cut},
    {"body", tell_body},
    {"requests", tell_variety},
    {"connections", tell_connections},
    {"unexpected responses", tell_verified},
};

static size_t most_rows(const struct hb_wire_row *const *wires, size_t count)
{
    size_t rows = HB_ARRAY_LEN(before) + HB_ARRAY_LEN(after) + HB_ARRAY_LEN(byte_figures) + 6;

    for (size_t i = 0; i < count; i++)
        rows += calls_told(&wires[i]->sent) + headers_of(first_of(wires[i]));
    return rows;
}

void hb_wire_facts(const struct hb_wire_row *const *wires, size_t count, struct hb_arena *arena,
                   struct hb_wire_fact **ret_facts, size_t *ret_count)
{
    struct facts facts = {.wires = wires, .wires_count = count, .arena = arena};

    facts.rows = hb_arena_calloc(arena, most_rows(wires, count), sizeof *facts.rows);
    for (size_t i = 0; i < HB_ARRAY_LEN(before); i++)
        add_told(&facts, before[i].label, before[i].tell);
    for (size_t i = 0; i < facts.count && !is_one_client(&facts); i++)
        facts.rows[i].differs &= strcmp(facts.rows[i].label, VERSION) != 0;
    add_headers(&facts);
    add_order(&facts);
    for (size_t i = 0; i < HB_ARRAY_LEN(after); i++)
        add_told(&facts, after[i].label, after[i].tell);
    add_bytes(&facts);
    add_calls(&facts);
    for (size_t i = 0; i < facts.count; i++)
        facts.rows[i].is_sent =
            strcmp(facts.rows[i].label, VERSION) != 0 && strcmp(facts.rows[i].label, NOTE) != 0;
    add_instructions(&facts);
    *ret_facts = facts.rows;
    *ret_count = facts.count;
}

bool hb_wire_same_request(const struct hb_wire_row *a, const struct hb_wire_row *b)
{
    return strcmp(a->server, b->server) == 0 && strcmp(a->method, b->method) == 0 &&
           strcmp(a->url, b->url) == 0 && strcmp(a->protocol, b->protocol) == 0;
}

void hb_wire_describe(const struct hb_wire_row *wire, struct hb_buf *ret_text)
{
    hb_buf_printf(ret_text, "%s %s on %s", wire->method, wire->url, wire->server);
    if (strcmp(wire->protocol, "http/1.1") != 0)
        hb_buf_printf(ret_text, " over %s", wire->protocol);
}
