/* Loading and planning. */
#include "cli/planning.h"

#include "base/macros.h"

int hb_planning_make_with(struct hb_cli *cli, const char *path,
                          const struct hb_scenario_overrides *overrides,
                          const struct hb_strings *filters, bool smoke,
                          struct hb_planning *ret_planning, struct hb_error *err)
{
    struct hb_plan_options options = {.smoke = smoke};

    if (hb_cli_load_registry(cli, &ret_planning->registry, err) != 0 ||
        hb_cli_load_scenario(cli, path, overrides, &ret_planning->registry, &ret_planning->scenario,
                             err) != 0)
        return -1;
    if (filters != NULL &&
        hb_filters_parse(filters->items, filters->count, &cli->arena, &options, err) != 0)
        return -1;
    if (hb_plan_make(ret_planning->scenario, &options, &cli->arena, &ret_planning->plan, err) != 0)
        return hb_wrap(err, "%s", path);
    return 0;
}

int hb_planning_make(struct hb_cli *cli, const char *path, const struct hb_strings *sets,
                     const struct hb_strings *filters, bool smoke, struct hb_planning *ret_planning,
                     struct hb_error *err)
{
    const struct hb_scenario_overrides overrides = {.sets = sets != NULL ? sets->items : NULL};

    return hb_planning_make_with(cli, path, &overrides, filters, smoke, ret_planning, err);
}

int hb_planning_make_from_text(struct hb_cli *cli, const char *name, const char *text,
                               const struct hb_scenario_overrides *overrides, bool smoke,
                               struct hb_planning *ret_planning, struct hb_error *err)
{
    struct hb_plan_options options = {.smoke = smoke};

    if (hb_cli_parse_scenario(cli, name, text, overrides, &ret_planning->registry,
                              &ret_planning->scenario, err) != 0)
        return -1;
    return hb_plan_make(ret_planning->scenario, &options, &cli->arena, &ret_planning->plan, err);
}

void hb_format_rough_time(char text[HB_ROUGH_TIME_BYTES], int64_t ns)
{
    int64_t s = (ns + HB_NS_PER_S / 2) / HB_NS_PER_S;

    if (s < 120)
        snprintf(text, HB_ROUGH_TIME_BYTES, "%lld s", (long long)s);
    else if (s < 7200)
        snprintf(text, HB_ROUGH_TIME_BYTES, "%lld min", (long long)((s + 30) / 60));
    else
        snprintf(text, HB_ROUGH_TIME_BYTES, "%lld h %lld min", (long long)(s / 3600),
                 (long long)(s % 3600 / 60));
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* "about 52 s", or "about 1 min to 4 min" when rounds are added as they are needed. */
static void print_time(const struct hb_plan *plan, FILE *out)
{
    char least[HB_ROUGH_TIME_BYTES], most[HB_ROUGH_TIME_BYTES];

    /* Half a second more: never "0 s". */
    hb_format_rough_time(most, plan->estimated_ns + HB_NS_PER_S / 2);
    hb_format_rough_time(least, plan->estimated_least_ns + HB_NS_PER_S / 2);
    if (plan->scenario->run.until_ci > 0)
        fprintf(out, ", about %s to %s\n", least, most);
    else
        fprintf(out, ", about %s\n", most);
}

void hb_plan_print_size(const struct hb_plan *plan, FILE *out)
{
    fprintf(out, "%zu run%s: %zu cell%s × ", plan->runs_count, plural(plan->runs_count),
            plan->cells_count, plural(plan->cells_count));
    if (plan->scenario->run.until_ci > 0)
        fprintf(out, "%u to ", plan->scenario->run.rounds_min);
    fprintf(out, "%u round%s", plan->rounds, plural(plan->rounds));
    if (plan->yardsticks_count > 0)
        fprintf(out, ", and %zu of the yardstick", plan->yardsticks_count);
    print_time(plan, out);
}
