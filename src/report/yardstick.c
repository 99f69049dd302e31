/* Finding the yardstick of a load, and saying what shares are of. */
#include "report/yardstick.h"

#include <string.h>

static bool was_made(const struct hb_run_row *row, const char *purpose)
{
    return strcmp(row->status, "ok") == 0 && strcmp(row->purpose, purpose) == 0;
}

static bool same_load(const struct hb_run_row *a, const struct hb_run_row *b)
{
    return strcmp(a->server, b->server) == 0 && strcmp(a->method, b->method) == 0 &&
           strcmp(a->url, b->url) == 0 && strcmp(a->http, b->http) == 0 &&
           a->concurrency == b->concurrency;
}

const struct hb_run_row *hb_yardstick_of(const struct hb_ceilings *all,
                                         const struct hb_run_row *run)
{
    for (size_t i = 0; i < all->count; i++) {
        if (was_made(&all->rows[i], "ceiling") && same_load(&all->rows[i], run))
            return &all->rows[i];
    }
    return NULL;
}

const struct hb_run_row *hb_yardstick_floor(const struct hb_ceilings *all)
{
    for (size_t i = 0; i < all->count; i++) {
        if (was_made(&all->rows[i], "floor") && all->rows[i].verified > 0 &&
            all->rows[i].client_cpu_ns >= 0)
            return &all->rows[i];
    }
    return NULL;
}

bool hb_yardstick_floor_ns(const struct hb_ceilings *all, double *ret_ns)
{
    const struct hb_run_row *floor = hb_yardstick_floor(all);

    if (floor != NULL)
        *ret_ns = (double)floor->client_cpu_ns / (double)floor->verified;
    return floor != NULL;
}

bool hb_yardstick_share(const struct hb_ceilings *all, const struct hb_run_row *run, double rate,
                        double *ret_share)
{
    const struct hb_run_row *yardstick = hb_yardstick_of(all, run);

    if (yardstick == NULL || yardstick->requests_per_second <= 0)
        return false;
    *ret_share = rate / yardstick->requests_per_second;
    return true;
}

bool hb_yardstick_cell_share(const struct hb_ceilings *all, const struct hb_cell_summary *cell,
                             double *ret_share)
{
    const struct hb_estimate *rate = &cell->requests_per_second;

    return rate->n > 0 && hb_yardstick_share(all, cell->first, rate->interval.estimate, ret_share);
}

/* "epoll/async" or "epoll/async or libcurl/async", each once; false: none was made. */
static bool name_yardsticks(const struct hb_ceilings *all, struct hb_buf *text)
{
    size_t named = 0;

    for (size_t i = 0; i < all->count; i++) {
        bool again = !was_made(&all->rows[i], "ceiling");

        for (size_t j = 0; j < i && !again; j++)
            again = was_made(&all->rows[j], "ceiling") &&
                    strcmp(all->rows[i].client, all->rows[j].client) == 0;
        if (!again)
            hb_buf_printf(text, "%s%s", named++ > 0 ? " or " : "", all->rows[i].client);
    }
    return named > 0;
}

/* Printed with no decimals, from 100.5 % on. */
static bool any_exceeds(const struct hb_ceilings *all, const struct hb_summaries *cells)
{
    double share;

    for (size_t i = 0; i < cells->count; i++) {
        if (hb_yardstick_cell_share(all, &cells->cells[i], &share) && share >= 1.005)
            return true;
    }
    return false;
}

void hb_yardsticks_describe(const struct hb_ceilings *all, const struct hb_summaries *cells,
                            struct hb_buf *ret_text)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf names;
    const struct hb_run_row *floor = hb_yardstick_floor(all);
    double floor_ns;

    hb_buf_init(&names, 4096);
    if (name_yardsticks(all, &names))
        hb_buf_printf(ret_text,
                      "Share: of the requests a second that the yardstick, %s, got from the same "
                      "server in a closed loop with as many connections, once in this sweep.",
                      hb_buf_text(&names));
    if (any_exceeds(all, cells))
        hb_buf_puts(ret_text, " More than 100 %: the machine had less to give in the yardstick's "
                              "one second than in the client's rounds, as a busy machine does; "
                              "read such shares as 'near what was possible'.");
    if (!hb_yardstick_floor_ns(all, &floor_ns))
        return;
    hb_buf_printf(ret_text, "%sThe harness's own CPU a request, measured with %s: ",
                  ret_text->length > 0 ? " " : "", floor->client);
    hb_metric_format(HB_METRIC_CPU_PER_REQUEST, floor_ns, ret_text);
    hb_buf_puts(ret_text, ".");
}
