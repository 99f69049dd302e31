/* expand: the run list of a scenario, without running it. */
#include <csv.h>
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/planning.h"
#include "cli/table.h"
#include "config/units.h"
#include "report/load_words.h"

struct expand_options {
    struct hb_strings sets, filters, client_folders;
    const char *format;
};

static const char *format_choice(size_t index)
{
    static const char *const formats[] = {"table", "json", "csv", NULL};

    return formats[index];
}

static const struct hb_option expand_option_table[] = {
    {"format", 0, HB_VALUE_CHOICE, offsetof(struct expand_options, format), "FORMAT", 0, 0,
     format_choice, "table (default), json or csv"},
    {"filter", 0, HB_VALUE_STRINGS, offsetof(struct expand_options, filters), "AXIS=GLOB", 0, 0,
     NULL, HB_HELP_FILTER},
    {"set", 0, HB_VALUE_STRINGS, offsetof(struct expand_options, sets), "KEY=VALUE", 0, 0, NULL,
     HB_HELP_SET},
    HB_OPTION_CLIENTS(expand_options),
};

/* The words that describe one run, in the order of the columns of every format. */
struct run_words {
    char cell[HB_CELL_ID_BYTES];
    const char *client, *subject, *mode, *server, *method, *url;
    uint32_t concurrency;
    int64_t duration_ns;
    struct hb_rate rate;
    enum hb_profile profile;
    char client_text[300]; /* with the profile */
    char from[256];
};

static void describe_origin(const struct hb_scenario *scenario, const struct hb_cell *cell,
                            char *text, size_t bytes)
{
    if (cell->include == 0) {
        snprintf(text, bytes, "matrix");
        return;
    }
    {
        struct hb_place place = scenario->includes[cell->include - 1].place;

        snprintf(text, bytes, "include %s:%u", place.file, place.line);
    }
}

static void describe_run(const struct hb_plan *plan, const struct hb_plan_run *run,
                         struct run_words *ret_words)
{
    const struct hb_scenario *scenario = plan->scenario;
    const struct hb_cell *cell = &plan->cells[run->cell];
    const struct hb_client_spec *client = &scenario->clients[cell->client];

    hb_cell_format_id(cell, ret_words->cell);
    ret_words->profile = scenario->profiles[cell->profile];
    ret_words->client = client->label;
    if (ret_words->profile != HB_PROFILE_TUNED) {
        snprintf(ret_words->client_text, sizeof ret_words->client_text, "%s %s", client->label,
                 hb_profile_name(ret_words->profile));
        ret_words->client = ret_words->client_text;
    }
    ret_words->subject = hb_cell_subject(scenario, cell);
    ret_words->mode = hb_mode_name(client->mode);
    ret_words->server = hb_server_instance(&scenario->servers[cell->server]);
    ret_words->method = hb_method_name(cell->method);
    ret_words->url = scenario->urls[cell->url].url;
    ret_words->concurrency = scenario->concurrency[cell->concurrency];
    ret_words->duration_ns = scenario->durations_ns[cell->duration];
    ret_words->rate = scenario->rates[cell->rate];
    describe_origin(scenario, cell, ret_words->from, sizeof ret_words->from);
}

static double seconds(int64_t ns)
{
    return (double)ns / (double)HB_NS_PER_S;
}

static void write_json_run(FILE *out, const struct hb_plan *plan, size_t index)
{
    const struct hb_plan_run *run = &plan->runs[index];
    struct run_words words;

    describe_run(plan, run, &words);
    fprintf(out, "%s\n    {\"run\": %zu, \"round\": %" PRIu32 ", \"cell\": \"%s\", \"client\": ",
            index > 0 ? "," : "", index + 1, run->round + 1, words.cell);
    hb_json_write_string(out, words.client);
    if (words.subject[0] != '\0')
        fprintf(out, ", \"subject\": \"%s\"", words.subject);
    fprintf(out, ", \"mode\": \"%s\", \"server\": ", words.mode);
    hb_json_write_string(out, words.server);
    fprintf(out, ", \"method\": \"%s\", \"url\": ", words.method);
    hb_json_write_string(out, words.url);
    fprintf(out, ", \"concurrency\": %" PRIu32 ", \"duration_s\": %.10g", words.concurrency,
            seconds(words.duration_ns));
    if (words.rate.per_second > 0)
        fprintf(out, ", \"rate\": %.10g", words.rate.per_second);
    hb_bursts_write_json(words.rate.burst, words.rate.every_ns, out);
    if (words.profile != HB_PROFILE_TUNED)
        fprintf(out, ", \"profile\": \"%s\"", hb_profile_name(words.profile));
    fputs(", \"from\": ", out);
    hb_json_write_string(out, words.from);
    fputc('}', out);
}

static void write_json(const struct hb_plan *plan, FILE *out)
{
    fputs("{\"scenario\": ", out);
    hb_json_write_string(out, plan->scenario->name);
    fprintf(out, ", \"cells\": %zu, \"estimated_s\": %.1f,\n  \"runs\": [", plan->cells_count,
            seconds(plan->estimated_ns));
    for (size_t i = 0; i < plan->runs_count; i++)
        write_json_run(out, plan, i);
    fputs("\n  ]}\n", out);
}

static void write_csv_fields(FILE *out, const char *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            fputc(',', out);
        csv_fwrite(out, fields[i], strlen(fields[i]));
    }
    fputs("\r\n", out);
}

static void write_csv(const struct hb_plan *plan, FILE *out)
{
    static const char *const headers[] = {"run",        "round",  "cell",   "client", "subject",
                                          "mode",       "server", "method", "url",    "concurrency",
                                          "duration_s", "rate",   "from"};

    write_csv_fields(out, headers, HB_ARRAY_LEN(headers));
    for (size_t i = 0; i < plan->runs_count; i++) {
        struct run_words words;
        char number[5][32];

        describe_run(plan, &plan->runs[i], &words);
        snprintf(number[0], sizeof number[0], "%zu", i + 1);
        snprintf(number[1], sizeof number[1], "%" PRIu32, plan->runs[i].round + 1);
        snprintf(number[2], sizeof number[2], "%" PRIu32, words.concurrency);
        snprintf(number[3], sizeof number[3], "%.10g", seconds(words.duration_ns));
        snprintf(number[4], sizeof number[4], "%.10g", words.rate.per_second);
        write_csv_fields(out,
                         (const char *const[]){number[0], number[1], words.cell, words.client,
                                               words.subject, words.mode, words.server,
                                               words.method, words.url, number[2], number[3],
                                               number[4], words.from},
                         HB_ARRAY_LEN(headers));
    }
}

static bool has_open_loop(const struct hb_plan *plan)
{
    for (size_t i = 0; i < plan->cells_count; i++) {
        if (plan->scenario->rates[plan->cells[i].rate].per_second > 0)
            return true;
    }
    return false;
}

static void add_rate(struct hb_text_table *table, const struct hb_plan *plan,
                     const struct hb_cell *cell)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf label = {.maximum = 64};

    hb_axis_label(plan->scenario, HB_AXIS_RATE, cell->rate, &label);
    hb_text_table_add(table, hb_buf_text(&label));
}

void hb_plan_print_table(struct hb_arena *arena, const struct hb_plan *plan, FILE *out)
{
    bool open_loop = has_open_loop(plan);
    const char *const headers[] = {
        ">run",   ">round", "cell",  "client", "server",
        "method", "url",    ">conc", ">for",   open_loop ? "rate" : "from",
        "from"};
    struct hb_text_table table;
    char text[HB_DURATION_TEXT_BYTES];

    hb_text_table_init(&table, arena, headers, HB_ARRAY_LEN(headers) - !open_loop);
    for (size_t i = 0; i < plan->runs_count; i++) {
        struct run_words words;

        describe_run(plan, &plan->runs[i], &words);
        hb_text_table_addf(&table, "%zu", i + 1);
        hb_text_table_addf(&table, "%" PRIu32, plan->runs[i].round + 1);
        hb_text_table_addf(&table, "%.8s", words.cell);
        hb_text_table_add(
            &table, hb_cell_contender(plan->scenario, &plan->cells[plan->runs[i].cell], arena));
        hb_text_table_add(&table, words.server);
        hb_text_table_add(&table, words.method);
        hb_text_table_add(&table, words.url);
        hb_text_table_addf(&table, "%" PRIu32, words.concurrency);
        hb_format_duration(text, words.duration_ns);
        hb_text_table_add(&table, text);
        if (open_loop)
            add_rate(&table, plan, &plan->cells[plan->runs[i].cell]);
        hb_text_table_add(&table, words.from);
    }
    hb_text_table_print(&table, out);
    hb_plan_print_size(plan, out);
}

static int run_expand(struct hb_cli *cli, const void *opaque, char *const *arguments,
                      HB_UNUSED int count, HB_UNUSED int *exit_code, struct hb_error *err)
{
    const struct expand_options *options = opaque;
    const char *format = options->format != NULL ? options->format : "table";
    struct hb_planning planning;

    cli->client_folders = options->client_folders;
    if (hb_planning_make(cli, arguments[0], &options->sets, &options->filters, false, &planning,
                         err) != 0)
        return -1;
    if (strcmp(format, "json") == 0)
        write_json(&planning.plan, stdout);
    else if (strcmp(format, "csv") == 0)
        write_csv(&planning.plan, stdout);
    else
        hb_plan_print_table(&cli->arena, &planning.plan, stdout);
    return 0;
}

const struct hb_command hb_command_expand = {
    .name = "expand",
    .arguments = "FILE",
    .summary = "Show the run list, its size and how long it will take",
    .description =
        "Show every run of a scenario in the order of execution, with its cell id and where the "
        "cell comes from, how many there are and how long they will take. Nothing is started and "
        "nothing is connected to.",
    .options = expand_option_table,
    .options_count = HB_ARRAY_LEN(expand_option_table),
    .options_bytes = sizeof(struct expand_options),
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run_expand,
};
