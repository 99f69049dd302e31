/* Thresholds: one reader for all of them; only the unit of the bound differs. */
#include "scenario/threshold.h"

#include <string.h>

#include "base/assert.h"
#include "config/units.h"

#define OFF "off" /* no bound: of what others say of all cells, or what this one extends */

static int parse_duration(const char *text, double *ret)
{
    int64_t ns;

    if (hb_parse_duration(text, &ns) != 0)
        return -1;
    *ret = (double)ns;
    return 0;
}

static int parse_size(const char *text, double *ret)
{
    int64_t bytes;

    if (hb_parse_size(text, &bytes) != 0)
        return -1;
    *ret = (double)bytes;
    return 0;
}

static int parse_number(const char *text, double *ret)
{
    return hb_parse_number(text, ret) == 0 && *ret >= 0 ? 0 : -1;
}

static const struct {
    const struct hb_type *type;
    int (*parse)(const char *text, double *ret);
} units[] = {{&hb_type_threshold_number, parse_number},
             {&hb_type_threshold_percent, hb_parse_percent},
             {&hb_type_threshold_duration, parse_duration},
             {&hb_type_threshold_size, parse_size}};

/* Longer signs first: "<" also begins "<=". */
static const struct {
    const char *sign;
    int comparison;
} comparisons[] = {{"<=", HB_AT_MOST}, {">=", HB_AT_LEAST}, {"<", HB_BELOW}, {">", HB_ABOVE}};

static int parse(const struct hb_type *type, const char *text, struct hb_threshold *ret)
{
    if (strcmp(text, OFF) == 0) {
        ret->comparison = HB_NO_BOUND;
        return 0;
    }
    for (size_t i = 0; i < HB_ARRAY_LEN(comparisons); i++) {
        size_t length = strlen(comparisons[i].sign);

        if (strncmp(text, comparisons[i].sign, length) != 0)
            continue;
        ret->comparison = comparisons[i].comparison;
        text += length + strspn(text + length, " ");
        for (size_t u = 0; u < HB_ARRAY_LEN(units); u++) {
            if (units[u].type == type)
                return units[u].parse(text, &ret->value);
        }
    }
    return -1;
}

static int read_threshold(struct hb_bind *bind, const struct hb_field *field,
                          const struct hb_node *node, void *ret)
{
    struct hb_threshold threshold;

    if (!hb_node_is_scalar(node) || parse(field->type, node->text, &threshold) != 0)
        return hb_bind_mismatch(bind, field, node);
    *(const struct hb_node **)ret = node;
    return 0;
}

#define THRESHOLD(type_name, example, unit_pattern)                                                \
    {                                                                                              \
        .name = (type_name),                                                                       \
        .expected = "a comparison (< <= > >=) and a bound, such as \"" example "\", or off",       \
        .schema = "{\"type\": \"string\", \"pattern\": "                                           \
                  "\"^((<=?|>=?) *[0-9]+(\\\\.[0-9]+)?" unit_pattern "|" OFF ")$\"}",              \
        .bytes = sizeof(const struct hb_node *), .read = read_threshold                            \
    }

const struct hb_type hb_type_threshold_number = THRESHOLD("comparison with a number", ">500", "");
const struct hb_type hb_type_threshold_percent =
    THRESHOLD("comparison with a percentage", "<0.1%", "%");
const struct hb_type hb_type_threshold_duration =
    THRESHOLD("comparison with a duration", "<250ms", "(ns|us|ms|s|m|h)");
const struct hb_type hb_type_threshold_size =
    THRESHOLD("comparison with a size", "<64MiB", "([KMG]i?)?B");

const struct hb_type *hb_threshold_type(enum hb_metric metric)
{
    switch (metric) {
    case HB_METRIC_REQUESTS_PER_SECOND:
        return &hb_type_threshold_number;
    case HB_METRIC_ERROR_RATE:
        return &hb_type_threshold_percent;
    case HB_METRIC_RSS_PEAK:
        return &hb_type_threshold_size;
    default:
        return &hb_type_threshold_duration;
    }
}

struct hb_threshold hb_threshold_parse(enum hb_metric metric, const struct hb_node *node)
{
    struct hb_threshold threshold = {.metric = metric, .text = node->text, .place = node->place};
    int result = parse(hb_threshold_type(metric), node->text, &threshold);

    HB_ASSERT(result == 0);
    return threshold;
}
