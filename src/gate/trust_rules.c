/*
 * The rules. A flag stands here when it says that the figure is another thing's than the one
 * compared, or that it is wrong. One that says the figure is uncertain (too few samples, drift,
 * other load on the machine) does not: intervals over interleaved rounds show that.
 */
#include "gate/trust_rules.h"

#include <string.h>

#include "base/macros.h"

#define CLIENTS (1u << HB_COMPARE_CLIENTS)
#define SERVERS (1u << HB_COMPARE_SERVERS)

static const struct {
    enum hb_flag flag;
    unsigned comparisons;
    const char *objection;
} rules[] = {
    {HB_FLAG_SERVER_LIMITED, CLIENTS,
     "The server was at its limit or near it: a faster client might have shown no more."},
    {HB_FLAG_CLIENT_SATURATED, SERVERS,
     "The client was at its limit: a faster server would have shown no more."},
    {HB_FLAG_GENERATOR_LATE, SERVERS,
     "The client sent fewer requests than were due: the server did not get the load."},
    {HB_FLAG_COUNT_MISMATCH, CLIENTS | SERVERS,
     "Client and server disagree on how many requests there were: one of them is wrong."},
    {HB_FLAG_LITTLES_LAW, CLIENTS | SERVERS,
     "Throughput and latency contradict each other: one of them is wrong."},
    {HB_FLAG_SERVER_DEGRADED, CLIENTS | SERVERS,
     "Part of the server had ended: it was another server than the others met."},
};

enum hb_comparison hb_comparison_of(const struct hb_summaries *cells)
{
    bool several_servers = false;

    for (size_t i = 1; i < cells->count; i++) {
        const struct hb_run_row *a = cells->cells[i - 1].first, *b = cells->cells[i].first;

        if (strcmp(a->contender, b->contender) != 0)
            return HB_COMPARE_CLIENTS;
        several_servers |= strcmp(a->server, b->server) != 0;
    }
    return several_servers ? HB_COMPARE_SERVERS : HB_COMPARE_CLIENTS;
}

unsigned hb_invalidating_flags(enum hb_comparison comparison)
{
    unsigned flags = 0;

    for (size_t i = 0; i < HB_ARRAY_LEN(rules); i++)
        flags |= (rules[i].comparisons >> comparison & 1) != 0 ? rules[i].flag : 0;
    return flags;
}

const char *hb_flag_objection(unsigned bit_number, enum hb_comparison comparison)
{
    for (size_t i = 0; i < HB_ARRAY_LEN(rules); i++) {
        if (rules[i].flag == 1u << bit_number && (rules[i].comparisons >> comparison & 1) != 0)
            return rules[i].objection;
    }
    return NULL;
}

bool hb_is_comparable(const struct hb_cell_summary *cell, enum hb_comparison comparison)
{
    return (cell->flags & hb_invalidating_flags(comparison)) == 0;
}
