/* Globs against rows, as expansion holds them against axis values. */
#include "cli/row_filter.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

#include "plan/axes.h"
#include "plan/plan.h"

enum { LABEL_BYTES = 8192 };

struct hb_row_filter {
    struct hb_plan_options options;
};

/* What a row says of an axis; false for one that it does not tell of. */
static bool put_label(const struct hb_run_row *row, enum hb_axis axis, struct hb_buf *ret)
{
    switch (axis) {
    case HB_AXIS_SERVER:
        hb_buf_puts(ret, row->server);
        return true;
    case HB_AXIS_CLIENT:
        hb_buf_puts(ret, row->client);
        return true;
    case HB_AXIS_URL:
        hb_buf_puts(ret, row->url);
        return true;
    case HB_AXIS_METHOD:
        hb_buf_puts(ret, row->method);
        return true;
    case HB_AXIS_CONCURRENCY:
        hb_buf_printf(ret, "%" PRIu32, row->concurrency);
        return true;
    case HB_AXIS_PROTOCOL:
        hb_buf_puts(ret, row->http);
        return true;
    default:
        return false;
    }
}

static bool text_matches(const char *text, const char *glob)
{
    return strcmp(text, glob) == 0 || fnmatch(glob, text, 0) == 0;
}

/* A client is also known by its bare name. */
static bool row_matches(const struct hb_run_row *row, const struct hb_filter *filter)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf label;

    hb_buf_init(&label, LABEL_BYTES);
    (void)put_label(row, filter->axis, &label);
    return text_matches(hb_buf_text(&label), filter->glob) ||
           (filter->axis == HB_AXIS_CLIENT && text_matches(row->client_library, filter->glob));
}

int hb_row_filter_make(struct hb_cli *cli, const struct hb_strings *filters,
                       const struct hb_row_filter **ret_filter, struct hb_error *err)
{
    struct hb_row_filter *filter = hb_arena_alloc(&cli->arena, sizeof *filter);
    const struct hb_run_row nothing = {
        .server = "", .client = "", .url = "", .method = "", .http = ""};

    if (hb_filters_parse(filters->items, filters->count, &cli->arena, &filter->options, err) != 0)
        return -1;
    for (size_t i = 0; i < filter->options.filters_count; i++) {
        HB_CLEANUP(hb_buf_release) struct hb_buf label;

        hb_buf_init(&label, LABEL_BYTES);
        if (!put_label(&nothing, filter->options.filters[i].axis, &label))
            return hb_fail(err, HB_ERR_INPUT,
                           "--filter %.200s: stored results can be filtered by server, client, "
                           "url, method, concurrency and protocol",
                           filters->items[i]);
    }
    *ret_filter = filter;
    return 0;
}

bool hb_row_filter_keeps(const struct hb_row_filter *filter, const struct hb_run_row *row)
{
    unsigned asked = 0, matched = 0; /* bits by axis */

    for (size_t i = 0; i < filter->options.filters_count; i++) {
        const struct hb_filter *one = &filter->options.filters[i];

        asked |= 1u << one->axis;
        if (row_matches(row, one))
            matched |= 1u << one->axis;
    }
    return matched == asked;
}
