/* Bookkeeping of wire profiles; how one is taken is wire.c's business. */
#include "exec/wire_book.h"

#include <linux/limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "exec/strace.h"
#include "exec/wire_counts.h"

static void tell(const struct hb_exec_sink *sink, const char *what, const struct hb_error *why)
{
    char text[HB_ERROR_MESSAGE_BYTES + 64];

    snprintf(text, sizeof text, "%s are not counted: %s", what, why->message);
    if (sink->notice != NULL)
        sink->notice(sink->context, text);
}

/* Who asked for instructions is told at once what it takes, not after all runs. */
static void tell_what_is_missing(const struct hb_exec_sink *sink)
{
    char path[PATH_MAX];
    struct hb_error why = {0};

    if (hb_strace_find(path, &why) < 0)
        tell(sink, "system calls", &why);
    if (hb_wire_instruction_counter(&why) == NULL)
        tell(sink, "instructions", &why);
}

void hb_wire_book_init(struct hb_wire_book *book, const struct hb_plan *plan,
                       const struct hb_exec_sink *sink)
{
    *book = (struct hb_wire_book){.plan = plan};
    if (plan->wire_first == NULL || sink->wire == NULL)
        return;
    book->taken = hb_calloc(plan->cells_count, sizeof *book->taken);
    if (plan->scenario->run.wire == HB_WIRE_INSTRUCTIONS)
        tell_what_is_missing(sink);
}

void hb_wire_book_release(struct hb_wire_book *book)
{
    hb_free_ptr(&book->taken);
}

int64_t hb_wire_book_left_ns(const struct hb_wire_book *book)
{
    int64_t left_ns = 0;

    for (size_t i = 0; book->taken != NULL && i < book->plan->cells_count; i++)
        left_ns += book->taken[i] ? 0 : hb_wire_estimate_ns(book->plan, i);
    return left_ns;
}

bool hb_wire_book_is_due(const struct hb_wire_book *book, size_t cell)
{
    const struct hb_plan *plan = book->plan;

    return book->taken != NULL && cell < plan->cells_count &&
           !book->taken[plan->wire_first[cell]] &&
           !plan->scenario->clients[plan->cells[cell].client].entry->sends_nothing;
}

/* The relay is on this machine, and takes the name of the server for its own. */
static int capture(const struct hb_wire_setup *setup, struct hb_arena *arena,
                   struct hb_wire_profile *ret_profile, struct hb_error *err)
{
    const struct hb_server_spec *server = &setup->plan->scenario->servers[setup->cell->server];

    if (hb_server_remote_host(server, arena) != NULL)
        return hb_fail(err, HB_ERR_RUN, "only looked at with servers on this machine");
    return hb_wire_capture(setup, arena, ret_profile, err);
}

int hb_wire_book_take(struct hb_wire_book *book, size_t cell, struct hb_wire_setup *setup,
                      const struct hb_exec_sink *sink, struct hb_error *err)
{
    size_t first = book->plan->wire_first[cell];
    struct hb_wire_profile profile;
    struct hb_wire_result result = {.plan = book->plan, .cell = first, .failure = ""};
    struct hb_error why = {0};
    struct hb_arena arena;
    int kept = 0;

    hb_arena_init(&arena);
    setup->cell = &book->plan->cells[first];
    if (capture(setup, &arena, &profile, &why) == 0)
        result.profile = &profile;
    else
        result.failure = why.message;
    if (why.code != HB_ERR_INTERRUPTED) {
        book->taken[first] = true;
        kept = sink->wire(sink->context, &result, err);
    }
    hb_arena_release(&arena);
    return kept < 0 ? hb_wrap(err, "keep a wire profile") : 0;
}
