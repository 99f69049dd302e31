/* Globs over axes. The only matcher there is: `exclude`, `--filter` and overrides of a gate differ
 * in how they combine globs, not in what a glob means (hb_axis_matches). */
#include "plan/pattern.h"

#include <fnmatch.h>
#include <string.h>

#include "config/diag.h"
#include "plan/subjects.h"

#define SUBJECT "subject" /* as a filter calls what is no axis */

enum { QUOTED_BYTES = 60, MESSAGE_BYTES = 900, CANDIDATES_MAX = 1000, LISTED_VALUES = 10 };

bool hb_pattern_matches(const struct hb_scenario *scenario, const struct hb_pattern *pattern,
                        const struct hb_cell *cell)
{
    for (int axis = 0; axis < HB_AXIS_COUNT; axis++) {
        const char *glob = hb_pattern_glob(pattern, (enum hb_axis)axis);

        if (glob != NULL && !hb_axis_matches(scenario, (enum hb_axis)axis, cell->at[axis], glob))
            return false;
    }
    return true;
}

static void set_bits(struct hb_pattern_set *set, const struct hb_scenario *scenario,
                     enum hb_axis axis, size_t pattern, const char *glob)
{
    size_t values = hb_axis_count(scenario, axis);

    for (size_t value = 0; value < values; value++) {
        if (glob == NULL || hb_axis_matches(scenario, axis, value, glob))
            set->bits[axis][value * set->words + pattern / 64] |= UINT64_C(1) << (pattern % 64);
    }
}

void hb_pattern_set_init(struct hb_pattern_set *set, const struct hb_scenario *scenario,
                         const struct hb_pattern *patterns, size_t count, struct hb_arena *arena)
{
    set->count = count;
    set->words = (count + 63) / 64;
    set->matched = hb_arena_calloc(arena, set->words, sizeof *set->matched);
    for (int i = 0; i < HB_AXIS_COUNT; i++) {
        enum hb_axis axis = (enum hb_axis)i;

        set->bits[axis] = hb_arena_calloc(arena, hb_axis_count(scenario, axis) * set->words,
                                          sizeof *set->bits[axis]);
        for (size_t pattern = 0; pattern < count; pattern++)
            set_bits(set, scenario, axis, pattern, hb_pattern_glob(&patterns[pattern], axis));
    }
}

bool hb_pattern_set_match(struct hb_pattern_set *set, const struct hb_cell *cell)
{
    bool any = false;

    for (size_t word = 0; word < set->words; word++) {
        uint64_t bits = UINT64_MAX;

        for (int axis = 0; axis < HB_AXIS_COUNT; axis++)
            bits &= set->bits[axis][cell->at[axis] * set->words + word];
        set->matched[word] |= bits;
        any = any || bits != 0;
    }
    return any;
}

size_t hb_pattern_set_unmatched(const struct hb_pattern_set *set)
{
    size_t i = 0;

    while (i < set->count && (set->matched[i / 64] >> (i % 64) & 1) != 0)
        i++;
    return i;
}

bool hb_glob_matches_any(const struct hb_scenario *scenario, enum hb_axis axis, const char *glob)
{
    size_t values = hb_axis_count(scenario, axis);

    for (size_t value = 0; value < values; value++) {
        if (hb_axis_matches(scenario, axis, value, glob))
            return true;
    }
    return false;
}

/* How a value may be written: a client by its bare name unless the glob speaks of modes. */
static const char *name_of(const struct hb_scenario *scenario, enum hb_axis axis, size_t index,
                           const char *glob, struct hb_arena *arena)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf label;

    hb_buf_init(&label, MESSAGE_BYTES);
    if (axis == HB_AXIS_CLIENT && strchr(glob, '/') == NULL)
        hb_buf_puts(&label, scenario->clients[index].entry->name);
    else
        hb_axis_label(scenario, axis, index, &label);
    return hb_arena_strdup(arena, hb_buf_text(&label));
}

/* The names there are, as candidates for a hint; neighbours that are equal come once. */
static const char *const *names_of(const struct hb_scenario *scenario, enum hb_axis axis,
                                   const char *glob, size_t *ret_count, struct hb_arena *arena)
{
    size_t values = hb_axis_count(scenario, axis), count = 0;
    const char **names;

    if (values > CANDIDATES_MAX)
        values = CANDIDATES_MAX;
    names = hb_arena_calloc(arena, values, sizeof *names);
    for (size_t i = 0; i < values; i++) {
        names[count] = name_of(scenario, axis, i, glob, arena);
        if (count == 0 || strcmp(names[count], names[count - 1]) != 0)
            count++;
    }
    *ret_count = count;
    return names;
}

static void put_quoted(struct hb_buf *message, const char *text)
{
    hb_buf_putc(message, '\'');
    hb_escape(message, text, strlen(text), QUOTED_BYTES);
    hb_buf_putc(message, '\'');
}

static void put_candidates(struct hb_buf *message, const char *wrong, const char *const *candidates,
                           size_t count)
{
    const char *nearest = hb_nearest(wrong, candidates, count);

    if (nearest != NULL) {
        hb_buf_puts(message, "; did you mean ");
        put_quoted(message, nearest);
        hb_buf_putc(message, '?');
        return;
    }
    hb_buf_puts(message, count == 1 ? "; there is only" : "; there are");
    for (size_t i = 0; i < count && i < LISTED_VALUES; i++) {
        hb_buf_puts(message, i == 0 ? " " : ", ");
        put_quoted(message, candidates[i]);
    }
    if (count > LISTED_VALUES)
        hb_buf_puts(message, ", …");
}

int hb_glob_fail(const struct hb_scenario *scenario, enum hb_axis axis, const char *glob,
                 const char *who, struct hb_error *err)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena scratch;
    HB_CLEANUP(hb_buf_release) struct hb_buf message;
    const char *const *candidates;
    size_t count;

    hb_arena_init(&scratch);
    hb_buf_init(&message, MESSAGE_BYTES);
    candidates = names_of(scenario, axis, glob, &count, &scratch);
    hb_buf_printf(&message, "no %s matches ", hb_axis_name(axis));
    put_quoted(&message, glob);
    put_candidates(&message, glob, candidates, count);
    return hb_fail(err, HB_ERR_INPUT, "%s: %s", who, hb_buf_text(&message));
}

static bool subject_matches(const struct hb_scenario *scenario, uint32_t subject, const char *glob)
{
    return subject < scenario->subjects_count && !scenario->subjects[subject].control &&
           fnmatch(glob, scenario->subjects[subject].name, 0) == 0;
}

static int subject_fail(const struct hb_scenario *scenario, const char *glob, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf message;
    const char *names[HB_SUBJECTS_MAX];
    size_t count = hb_subjects_named(scenario);

    hb_buf_init(&message, MESSAGE_BYTES);
    if (count == 0)
        return hb_fail(err, HB_ERR_INPUT, "--filter: the scenario has no subjects");
    for (size_t i = 0; i < count; i++)
        names[i] = scenario->subjects[i].name;
    hb_buf_puts(&message, "no subject matches ");
    put_quoted(&message, glob);
    put_candidates(&message, glob, names, count);
    return hb_fail(err, HB_ERR_INPUT, "--filter: %s", hb_buf_text(&message));
}

static int check_filter(const struct hb_scenario *scenario, const struct hb_filter *filter,
                        struct hb_error *err)
{
    if (filter->axis != HB_FILTER_SUBJECT)
        return hb_glob_matches_any(scenario, filter->axis, filter->glob)
                   ? 0
                   : hb_glob_fail(scenario, filter->axis, filter->glob, "--filter", err);
    for (uint32_t i = 0; i < scenario->subjects_count; i++) {
        if (subject_matches(scenario, i, filter->glob))
            return 0;
    }
    return subject_fail(scenario, filter->glob, err);
}

static bool filter_matches(const struct hb_scenario *scenario, const struct hb_filter *filter,
                           size_t value)
{
    if (filter->axis == HB_FILTER_SUBJECT)
        return subject_matches(scenario, scenario->clients[value].subject, filter->glob);
    return hb_axis_matches(scenario, filter->axis, value, filter->glob);
}

/* What the filters of one axis leave of `values` flags, which belong to another in the case of the
 * subject: each client has one. */
static void keep_matching(const struct hb_scenario *scenario, const struct hb_plan_options *options,
                          enum hb_axis axis, bool *kept, size_t values)
{
    bool filtered = false;

    for (size_t i = 0; i < options->filters_count; i++)
        filtered = filtered || options->filters[i].axis == axis;
    for (size_t value = 0; filtered && value < values; value++) {
        bool any = false;

        for (size_t i = 0; i < options->filters_count && !any; i++)
            any = options->filters[i].axis == axis &&
                  filter_matches(scenario, &options->filters[i], value);
        kept[value] = kept[value] && any;
    }
}

int hb_filters_apply(const struct hb_scenario *scenario, const struct hb_plan_options *options,
                     struct hb_arena *arena, bool *ret_kept[HB_AXIS_COUNT], struct hb_error *err)
{
    for (size_t i = 0; i < options->filters_count; i++) {
        if (check_filter(scenario, &options->filters[i], err) != 0)
            return -1;
    }
    for (int i = 0; i < HB_AXIS_COUNT; i++) {
        enum hb_axis axis = (enum hb_axis)i;
        size_t values = hb_axis_count(scenario, axis);

        ret_kept[axis] = hb_arena_calloc(arena, values, sizeof *ret_kept[axis]);
        memset(ret_kept[axis], true, values * sizeof *ret_kept[axis]);
        keep_matching(scenario, options, axis, ret_kept[axis], values);
    }
    keep_matching(scenario, options, HB_FILTER_SUBJECT, ret_kept[HB_AXIS_CLIENT],
                  hb_axis_count(scenario, HB_AXIS_CLIENT));
    return 0;
}

static const char *filter_name(enum hb_axis axis)
{
    return axis == HB_FILTER_SUBJECT ? SUBJECT : hb_axis_name(axis);
}

int hb_filters_fail(const struct hb_plan_options *options, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf message;

    hb_buf_init(&message, MESSAGE_BYTES);
    for (size_t i = 0; i < options->filters_count; i++) {
        hb_buf_printf(&message, " --filter %s=", filter_name(options->filters[i].axis));
        put_quoted(&message, options->filters[i].glob);
    }
    return hb_fail(err, HB_ERR_INPUT, "no cell is left by%s", hb_buf_text(&message));
}

static int unknown_axis(const char *name, const char *text, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf message;
    const char *names[HB_AXIS_COUNT + 1];

    for (int axis = 0; axis <= HB_AXIS_COUNT; axis++)
        names[axis] = filter_name((enum hb_axis)axis);
    hb_buf_init(&message, MESSAGE_BYTES);
    hb_buf_puts(&message, "--filter ");
    put_quoted(&message, text);
    hb_buf_puts(&message, ": no axis is called ");
    put_quoted(&message, name);
    put_candidates(&message, name, names, HB_ARRAY_LEN(names));
    return hb_fail(err, HB_ERR_INPUT, "%s", hb_buf_text(&message));
}

static int malformed(const char *text, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf message;

    hb_buf_init(&message, MESSAGE_BYTES);
    put_quoted(&message, text);
    return hb_fail(err, HB_ERR_INPUT, "--filter %s: expected AXIS=GLOB, such as client=httpx/*",
                   hb_buf_text(&message));
}

static int parse_filter(const char *text, struct hb_arena *arena, struct hb_filter *ret_filter,
                        struct hb_error *err)
{
    const char *equals = strchr(text, '=');
    const char *name;
    int axis;

    if (equals == NULL || equals[1] == '\0')
        return malformed(text, err);
    name = hb_arena_strndup(arena, text, (size_t)(equals - text));
    axis = strcmp(name, SUBJECT) == 0 ? HB_FILTER_SUBJECT : hb_axis_from_name(name);
    if (axis < 0)
        return unknown_axis(name, text, err);
    *ret_filter =
        (struct hb_filter){.axis = (enum hb_axis)axis, .glob = hb_arena_strdup(arena, equals + 1)};
    return 0;
}

int hb_filters_parse(const char *const *texts, size_t texts_count, struct hb_arena *arena,
                     struct hb_plan_options *options, struct hb_error *err)
{
    struct hb_filter *filters = hb_arena_calloc(arena, texts_count, sizeof *filters);

    for (size_t i = 0; i < texts_count; i++) {
        if (parse_filter(texts[i], arena, &filters[i], err) != 0)
            return -1;
    }
    options->filters = filters;
    options->filters_count = texts_count;
    return 0;
}
