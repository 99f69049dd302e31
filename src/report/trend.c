/* The list of formats, and what they all say. */
#include "report/trend.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "report/comparison_words.h"
#include "report/load_words.h"
#include "report/trend_words.h"
#include "report/whole_file.h"

enum { DATE_BYTES = 10, REVISION_BYTES = 12 };

const struct hb_trend_format *const *hb_trend_formats(void)
{
    static const struct hb_trend_format *const formats[] = {&hb_trend_text, &hb_trend_json,
                                                            &hb_trend_html, NULL};

    return formats;
}

struct written {
    const struct hb_trend_report *report;
    const struct hb_trend_format *format;
};

static int write_format(const void *what, FILE *out, struct hb_error *err)
{
    const struct written *written = what;

    return written->format->write(written->report, out, err);
}

int hb_trend_write(const struct hb_trend_report *report, const struct hb_trend_format *format,
                   const char *path, struct hb_error *err)
{
    const struct written written = {report, format};

    return hb_write_whole(path, write_format, &written, err);
}

struct hb_trend_counts hb_trend_count(const struct hb_trend *trend)
{
    struct hb_trend_counts counts = {0};

    for (size_t i = 0; i < trend->series_count; i++) {
        for (size_t j = 0; j < trend->series[i].points_count; j++) {
            const struct hb_trend_point *point = &trend->series[i].points[j];

            if (point->of != NULL)
                continue;
            counts.worse += point->worse;
            counts.better += !point->worse;
            counts.said += point->state[0] != '\0';
        }
    }
    return counts;
}

static void put_date(int64_t wall_ns, struct hb_buf *ret)
{
    char text[HB_TIMESTAMP_BYTES];

    hb_format_timestamp(text, wall_ns);
    hb_buf_printf(ret, "%.*s", DATE_BYTES, text);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

void hb_trend_title_put(const struct hb_trend *trend, struct hb_buf *ret)
{
    hb_buf_puts(ret, trend->scenario);
    if (trend->subject != NULL)
        hb_buf_printf(ret, " [%s]", trend->subject);
    hb_buf_printf(ret, ": %zu night%s, ", trend->nights_count, plural(trend->nights_count));
    put_date(trend->nights[0].wall_ns, ret);
    hb_buf_puts(ret, " to ");
    put_date(trend->nights[trend->nights_count - 1].wall_ns, ret);
    if (trend->pinned != NULL)
        hb_buf_printf(ret, ", relative to %s", trend->pinned);
}

void hb_trend_counts_put(const struct hb_trend *trend, struct hb_buf *ret)
{
    struct hb_trend_counts counts = hb_trend_count(trend);

    if (counts.worse + counts.better == 0) {
        hb_buf_puts(ret, "No change of level.");
        return;
    }
    hb_buf_printf(ret, "%zu change%s for the worse, %zu for the better", counts.worse,
                  plural(counts.worse), counts.better);
    if (counts.said > 0)
        hb_buf_printf(ret, "; %zu of them annotated", counts.said);
    hb_buf_puts(ret, ".");
}

size_t hb_trend_machines(const struct hb_trend *trend)
{
    size_t machines = 0;

    for (size_t i = 0; i < trend->nights_count; i++) {
        size_t before = 0;

        while (strcmp(trend->nights[before].fingerprint, trend->nights[i].fingerprint) != 0)
            before++;
        machines += before == i;
    }
    return machines;
}

static const char *remark_few(const struct hb_trend *trend, struct hb_arena *arena)
{
    if (trend->nights_count >= HB_TREND_LEAST_NIGHTS)
        return NULL;
    return hb_arena_printf(arena,
                           "A change needs %u nights before it and as many after it: with "
                           "%zu night%s none can be seen.",
                           HB_TREND_SHORTEST, trend->nights_count, plural(trend->nights_count));
}

static const char *remark_absolute(const struct hb_trend *trend, HB_UNUSED struct hb_arena *arena)
{
    if (trend->pinned != NULL)
        return NULL;
    return "Figures as they are: a change may be the machine's. --pinned CLIENT shows them "
           "relative "
           "to a client that does not change.";
}

static const char *remark_machines(const struct hb_trend *trend, struct hb_arena *arena)
{
    size_t machines = hb_trend_machines(trend);

    if (machines < 2)
        return NULL;
    return hb_arena_printf(arena,
                           "%zu machines or states of one (by fingerprint): each has series "
                           "of its own, which are not joined.",
                           machines);
}

static const char *remark_left_out(const struct hb_trend *trend, struct hb_arena *arena)
{
    if (trend->nights_left_out == 0)
        return NULL;
    return hb_arena_printf(arena, "%zu older nights were left out: %u are looked at.",
                           trend->nights_left_out, HB_TREND_NIGHTS_MAX);
}

static const char *remark_unpaired(const struct hb_trend *trend, struct hb_arena *arena)
{
    if (trend->unpaired == 0)
        return NULL;
    return hb_arena_printf(arena,
                           "%zu cells had no figure of the pinned client in their night, "
                           "under their load, and are left out there.",
                           trend->unpaired);
}

const char *hb_trend_remark(const struct hb_trend *trend, size_t index, struct hb_arena *arena)
{
    static const char *(*const remarks[])(const struct hb_trend *, struct hb_arena *) = {
        remark_few, remark_absolute, remark_machines, remark_left_out, remark_unpaired};

    for (size_t i = 0; i < HB_ARRAY_LEN(remarks); i++) {
        const char *remark = remarks[i](trend, arena);

        if (remark != NULL && index-- == 0)
            return remark;
    }
    return NULL;
}

static bool has_rollup(const struct hb_trend *trend, const struct hb_trend_series *cell)
{
    for (size_t i = 0; i < trend->series_count && trend->series[i].rollup; i++) {
        const struct hb_trend_series *rollup = &trend->series[i];

        if (rollup->metric == cell->metric && strcmp(rollup->client, cell->client) == 0 &&
            strcmp(rollup->fingerprint, cell->fingerprint) == 0)
            return true;
    }
    return false;
}

bool hb_trend_is_shown(const struct hb_trend *trend, const struct hb_trend_series *series)
{
    for (size_t i = 0; i < series->points_count; i++) {
        if (series->points[i].of == NULL)
            return true;
    }
    return series->rollup || !has_rollup(trend, series);
}

void hb_trend_series_put(const struct hb_trend_series *series, struct hb_buf *ret)
{
    hb_buf_puts(ret, series->client);
    if (series->rollup) {
        hb_buf_printf(ret, " over %zu cells", series->cells);
        return;
    }
    hb_buf_printf(ret, ", %s %s on %s, %u at once", series->method, series->url, series->server,
                  series->concurrency);
    hb_rate_put(series->rate, series->burst, series->every_ns, ret);
}

void hb_trend_figure_put(const struct hb_trend *trend, enum hb_gate_metric metric, double value,
                         struct hb_buf *ret)
{
    if (trend->pinned != NULL)
        hb_buf_printf(ret, "%.3g ×", value);
    else
        hb_gate_figure_put(metric, value, ret);
}

static void put_revisions(const struct hb_trend_night *before, const struct hb_trend_night *after,
                          struct hb_buf *ret)
{
    if (before->revision[0] == '\0' && after->revision[0] == '\0')
        return;
    hb_buf_printf(ret, ", %.*s..%.*s", REVISION_BYTES,
                  before->revision[0] != '\0' ? before->revision : "?", REVISION_BYTES,
                  after->revision[0] != '\0' ? after->revision : "?");
}

void hb_trend_point_put(const struct hb_trend *trend, const struct hb_trend_series *series,
                        const struct hb_trend_point *point, struct hb_buf *ret)
{
    const struct hb_trend_night *before = hb_trend_before(trend, series, point);
    const struct hb_trend_night *after = hb_trend_after(trend, series, point);

    hb_buf_printf(ret, "%s ", point->worse ? "▼" : "▲");
    hb_change_put(point->change, ret);
    hb_buf_puts(ret, " on ");
    put_date(after->wall_ns, ret);
    hb_buf_printf(ret, " (sweep %" PRId64 " after %" PRId64, after->sweep_id, before->sweep_id);
    put_revisions(before, after, ret);
    hb_buf_printf(ret, ", p %.1g)", point->p);
    if (series->rollup)
        hb_buf_printf(ret, ", in %zu of %zu cells", point->cells, series->cells);
}
