/* Figures with their units, as people read them: "312 ms", "0.12 %", "41.9 MiB". */
#include "gate/summary.h"

#include <math.h>

#include "base/macros.h"

enum unit {
    UNIT_RATE,
    UNIT_FRACTION,
    UNIT_TIME,
    UNIT_BYTES,
};

static enum unit unit_of(enum hb_metric metric)
{
    static const enum unit units[HB_METRIC_COUNT] = {
        [HB_METRIC_REQUESTS_PER_SECOND] = UNIT_RATE,
        [HB_METRIC_ERROR_RATE] = UNIT_FRACTION,
        [HB_METRIC_MEAN] = UNIT_TIME,
        [HB_METRIC_P50] = UNIT_TIME,
        [HB_METRIC_P90] = UNIT_TIME,
        [HB_METRIC_P95] = UNIT_TIME,
        [HB_METRIC_P99] = UNIT_TIME,
        [HB_METRIC_P999] = UNIT_TIME,
        [HB_METRIC_MAX] = UNIT_TIME,
        [HB_METRIC_CPU_PER_REQUEST] = UNIT_TIME,
        [HB_METRIC_RSS_PEAK] = UNIT_BYTES,
    };

    return units[metric];
}

/* Three significant digits, never an exponent; a true zero is "0". */
static void put_number(struct hb_buf *out, double value)
{
    double magnitude = fabs(value);
    int decimals = magnitude >= 99.95 || magnitude <= 0 ? 0 : magnitude >= 9.995 ? 1 : 2;

    hb_buf_printf(out, "%.*f", decimals, value);
}

static void put_scaled(struct hb_buf *out, double value, double step, const char *const *units,
                       size_t count)
{
    size_t at = 0;

    for (; at + 1 < count && fabs(value) >= step * 0.9995; at++)
        value /= step;
    put_number(out, value);
    hb_buf_printf(out, " %s", units[at]);
}

void hb_metric_format(enum hb_metric metric, double value, struct hb_buf *ret_text)
{
    static const char *const times[] = {"ns", "µs", "ms", "s"};
    static const char *const sizes[] = {"B", "KiB", "MiB", "GiB"};

    switch (unit_of(metric)) {
    case UNIT_RATE:
        put_number(ret_text, value);
        hb_buf_puts(ret_text, "/s");
        return;
    case UNIT_FRACTION:
        put_number(ret_text, value * 100);
        hb_buf_puts(ret_text, " %");
        return;
    case UNIT_TIME:
        put_scaled(ret_text, value, 1000, times, HB_ARRAY_LEN(times));
        return;
    case UNIT_BYTES:
        put_scaled(ret_text, value, 1024, sizes, HB_ARRAY_LEN(sizes));
        return;
    }
}
