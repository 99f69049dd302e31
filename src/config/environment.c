/* The environment's defaults, by a table. */
#include "config/environment.h"

#include <stdlib.h>

#include "base/macros.h"
#include "config/units.h"

struct setting {
    struct hb_environment_row row;
    const char *expected;
    size_t offset;
    double minimum, maximum; /* in the unit of the variable */
    double scale;            /* from it to what is stored; 0: a whole number, stored as it is */
};

#define NAME(rest) "HTTP_BENCHMARK_" rest
#define MEMBER(name) offsetof(struct hb_environment, name)

static const struct setting settings[] = {
    {{NAME("DEFAULT_CONCURRENCY"), "10", "Concurrency where neither scenario nor option says"},
     "a whole number from 1 to 1000000",
     MEMBER(default_concurrency),
     1,
     1e6,
     0},
    {{NAME("DEFAULT_DURATION_SECONDS"), "30", "Seconds measured where nothing else says"},
     "seconds, from 0.1 to 86400",
     MEMBER(default_duration_ns),
     0.1,
     86400,
     1e9},
    {{NAME("MAX_CONCURRENCY"), "10000", "The highest concurrency that a scenario may ask for"},
     "a whole number from 1 to 1000000",
     MEMBER(max_concurrency),
     1,
     1e6,
     0},
    {{NAME("RESOURCE_MONITORING_INTERVAL"), "0.1", "Seconds between readings of CPU and memory"},
     "seconds, from 0.01 to 60",
     MEMBER(monitoring_interval_ns),
     0.01,
     60,
     1e9},
};
static const struct hb_environment_row database = {NAME("SQLITE_DB_PATH"), "benchmark_results.db",
                                                   "The file that results are stored in"};

static int read_setting(const struct setting *setting, const char *text, int64_t *ret,
                        struct hb_error *err)
{
    double value = 0;
    int64_t whole = 0;
    int result =
        setting->scale > 0 ? hb_parse_number(text, &value) : hb_parse_integer(text, &whole);

    if (setting->scale == 0)
        value = (double)whole;
    if (result != 0 || value < setting->minimum || value > setting->maximum)
        return hb_fail(err, HB_ERR_INPUT, "environment variable %s: expected %s, got '%.80s'",
                       setting->row.variable, setting->expected, text);
    *ret = setting->scale > 0 ? (int64_t)(value * setting->scale + 0.5) : whole;
    return 0;
}

/* A variable that is set to nothing counts as not set. */
static const char *value_of(const struct hb_environment_row *row)
{
    const char *text = getenv(row->variable);

    return text != NULL && *text != '\0' ? text : row->default_text;
}

int hb_environment_read(struct hb_environment *ret_environment, struct hb_error *err)
{
    struct hb_environment environment = {.database_path = value_of(&database)};

    for (size_t i = 0; i < HB_ARRAY_LEN(settings); i++) {
        int64_t *member = (int64_t *)((char *)&environment + settings[i].offset);

        if (read_setting(&settings[i], value_of(&settings[i].row), member, err) != 0)
            return -1;
    }
    if (environment.default_concurrency > environment.max_concurrency)
        environment.default_concurrency = environment.max_concurrency;
    *ret_environment = environment;
    return 0;
}

void hb_environment_each(void (*visit)(const struct hb_environment_row *row, void *context),
                         void *context)
{
    for (size_t i = 0; i < HB_ARRAY_LEN(settings); i++)
        visit(&settings[i].row, context);
    visit(&database, context);
}
