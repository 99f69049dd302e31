/*
 * The file of a baseline. It is JSON, and read as the YAML that JSON is: so one table of fields
 * tells what keys there are, in which order they are written, and what is said, with line and
 * column, of a file in which something else stands.
 */
#include "gate/baseline.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/json.h"
#include "config/document.h"
#include "config/fields.h"
#include "measure/stats_rank_sum.h"

struct figures {
    const double *values; /* NAN: not measured in that run */
    size_t count;
};

struct metrics {
    struct figures of[HB_GATE_METRICS];
};

struct file_cell {
    const char *cell, *client, *library, *mode, *version, *server, *method, *url, *protocol,
        *failure;
    double rate;
    int64_t concurrency, burst, every_ns, duration_ns, runs, failed, skipped;
    const int64_t *errors, *flags;
    size_t errors_count, flags_count;
    struct metrics metrics;
    const struct hb_node *node;
};

struct file {
    struct hb_baseline head;
    int64_t schema_version;
    struct file_cell *cells;
    size_t cells_count;
};

/* ---- kinds of value ---- */

static int read_figure(struct hb_bind *bind, const struct hb_field *field,
                       const struct hb_node *node, void *ret)
{
    double value = NAN;

    if (node->kind == HB_NODE_INT)
        value = (double)node->integer;
    else if (node->kind == HB_NODE_REAL)
        value = node->real;
    else if (node->kind != HB_NODE_NULL)
        return hb_bind_mismatch(bind, field, node);
    if (node->kind != HB_NODE_NULL && !(isfinite(value) && value >= 0))
        return hb_bind_mismatch(bind, field, node);
    *(double *)ret = value;
    return 0;
}

static const struct hb_type figure_type = {.name = "figure",
                                           .expected = "a number from 0, or null",
                                           .bytes = sizeof(double),
                                           .read = read_figure};

static int read_object(struct hb_bind *bind, const struct hb_field *field,
                       const struct hb_node *node, void *ret)
{
    if (node->kind != HB_NODE_MAPPING)
        return hb_bind_mismatch(bind, field, node);
    *(const char **)ret = hb_node_canonical(bind->arena, node, false);
    return 0;
}

static const struct hb_type object_type = {
    .name = "object", .expected = "an object", .bytes = sizeof(const char *), .read = read_object};

/* ---- the fields, in the order in which they are written ---- */

#define TEXT(struct_type, name, member)                                                            \
    {                                                                                              \
        .key = (name), HB_AT(struct_type, member), .type = &hb_type_string, .default_text = "\"\"" \
    }
#define COUNT(name, most)                                                                          \
    {                                                                                              \
        .key = #name, HB_AT(struct file_cell, name), .type = &hb_type_int, .minimum = 0,           \
        .maximum = (most), .default_text = "0"                                                     \
    }
#define COUNTS(name)                                                                               \
    {                                                                                              \
        .key = #name, HB_ARRAY_AT(struct file_cell, name, name##_count), .type = &hb_type_int,     \
        .shape = HB_SHAPE_LIST, .minimum = 0, .maximum = INT64_MAX, .max_items = HB_SHIFT_MAX      \
    }
#define FIGURES(name, metric)                                                                      \
    {                                                                                              \
        .key = (name), HB_ARRAY_AT(struct metrics, of[metric].values, of[metric].count),           \
        .type = &figure_type, .shape = HB_SHAPE_LIST, .max_items = HB_SHIFT_MAX                    \
    }

static const struct hb_field metric_fields[] = {FIGURES("throughput", HB_GATE_THROUGHPUT),
                                                FIGURES("cpu", HB_GATE_CPU),
                                                FIGURES("p50", HB_GATE_P50),
                                                FIGURES("p99", HB_GATE_P99),
                                                FIGURES("rss", HB_GATE_RSS),
                                                FIGURES("bytes", HB_GATE_BYTES),
                                                FIGURES("connections", HB_GATE_CONNECTIONS),
                                                FIGURES("system_calls", HB_GATE_SYSTEM_CALLS),
                                                FIGURES("instructions", HB_GATE_INSTRUCTIONS)};
static const struct hb_table metrics_table = {HB_TABLE("metrics", struct metrics, metric_fields)};

static const struct hb_field cell_fields[] = {
    {.key = "cell",
     HB_AT(struct file_cell, cell),
     .type = &hb_type_string,
     .required = true,
     .help = "The id of the cell."},
    {.key = "client",
     HB_AT(struct file_cell, client),
     .type = &hb_type_string,
     .required = true,
     .help = "The client, as the scenario names it."},
    TEXT(struct file_cell, "library", library),
    TEXT(struct file_cell, "mode", mode),
    TEXT(struct file_cell, "version", version),
    {.key = "server",
     HB_AT(struct file_cell, server),
     .type = &hb_type_string,
     .required = true,
     .help = "The server."},
    {.key = "method",
     HB_AT(struct file_cell, method),
     .type = &hb_type_string,
     .required = true,
     .help = "The method of the request."},
    {.key = "url",
     HB_AT(struct file_cell, url),
     .type = &hb_type_string,
     .required = true,
     .help = "The URL, as the scenario writes it."},
    TEXT(struct file_cell, "protocol", protocol),
    {.key = "concurrency",
     HB_AT(struct file_cell, concurrency),
     .type = &hb_type_int,
     .minimum = 1,
     .maximum = UINT32_MAX,
     .required = true,
     .help = "Tasks that send at the same time."},
    {.key = "rate",
     HB_AT(struct file_cell, rate),
     .type = &hb_type_number,
     .minimum = 0,
     .maximum = INT64_MAX,
     .default_text = "0"},
    COUNT(burst, UINT32_MAX),
    COUNT(every_ns, INT64_MAX),
    {.key = "duration_ns",
     HB_AT(struct file_cell, duration_ns),
     .type = &hb_type_int,
     .minimum = 1,
     .maximum = INT64_MAX,
     .required = true,
     .help = "Length of the window."},
    {.key = "runs",
     HB_AT(struct file_cell, runs),
     .type = &hb_type_int,
     .minimum = 0,
     .maximum = HB_SHIFT_MAX,
     .required = true,
     .help = "How many runs succeeded."},
    COUNT(failed, HB_SHIFT_MAX),
    COUNT(skipped, HB_SHIFT_MAX),
    TEXT(struct file_cell, "failure", failure),
    COUNTS(errors),
    COUNTS(flags),
    {.key = "metrics",
     HB_AT(struct file_cell, metrics),
     .type = &hb_type_struct,
     .table = &metrics_table},
};
static const struct hb_table cell_table = {HB_TABLE("cell", struct file_cell, cell_fields),
                                           .node_member = HB_MEMBER(struct file_cell, node)};

static const struct hb_field server_fields[] = {
    {.key = "server",
     HB_AT(struct hb_baseline_server, server),
     .type = &hb_type_string,
     .required = true,
     .help = "The server."},
    TEXT(struct hb_baseline_server, "version", version),
};
static const struct hb_table server_table = {
    HB_TABLE("server", struct hb_baseline_server, server_fields)};

static const struct hb_field file_fields[] = {
    {.key = "schema_version",
     HB_AT(struct file, schema_version),
     .type = &hb_type_int,
     .minimum = 1,
     .maximum = HB_BASELINE_SCHEMA_VERSION,
     .required = true,
     .help = "The version of this format."},
    {.key = "scenario",
     HB_AT(struct file, head.scenario),
     .type = &hb_type_string,
     .required = true,
     .help = "The name of the scenario."},
    TEXT(struct file, "scenario_hash", head.scenario_hash),
    TEXT(struct file, "measured", head.measured),
    TEXT(struct file, "revision", head.revision),
    TEXT(struct file, "tool_version", head.tool_version),
    {.key = "fingerprint",
     HB_AT(struct file, head.fingerprint),
     .type = &hb_type_string,
     .required = true,
     .help = "The machine."},
    {.key = "machine",
     HB_AT(struct file, head.machine_json),
     .type = &object_type,
     .default_text = "{}"},
    {.key = "settings",
     HB_AT(struct file, head.settings_json),
     .type = &object_type,
     .default_text = "{}"},
    {.key = "servers",
     HB_ARRAY_AT(struct file, head.servers, head.servers_count),
     .type = &hb_type_struct,
     .table = &server_table,
     .shape = HB_SHAPE_LIST},
    {.key = "cells",
     HB_ARRAY_AT(struct file, cells, cells_count),
     .type = &hb_type_struct,
     .table = &cell_table,
     .shape = HB_SHAPE_LIST,
     .required = true,
     .help = "What was observed.",
     .nonempty = true},
};
static const struct hb_table file_table = {HB_TABLE("baseline", struct file, file_fields)};

/* ---- writing ---- */

/* As short as reads back the same. */
static void write_number(FILE *out, double value)
{
    char text[40];

    if (!isfinite(value)) {
        fputs("null", out);
        return;
    }
    if (value == trunc(value) && fabs(value) < 1e15) {
        fprintf(out, "%.0f", value);
        return;
    }
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    fputs(text, out);
}

static void write_struct(FILE *out, const struct hb_table *table, const void *from);

static void write_value(FILE *out, const struct hb_field *field, const void *value)
{
    if (field->type == &hb_type_string)
        hb_json_write_string(out, *(const char *const *)value);
    else if (field->type == &object_type)
        fputs(*(const char *const *)value, out);
    else if (field->type == &hb_type_int)
        fprintf(out, "%" PRId64, *(const int64_t *)value);
    else if (field->type == &hb_type_struct)
        write_struct(out, field->table, value);
    else
        write_number(out, *(const double *)value);
}

static size_t value_bytes(const struct hb_field *field)
{
    return field->type == &hb_type_struct ? field->table->bytes : field->type->bytes;
}

/* Cells take a line each; everything else stays on that of its owner. */
static void write_list(FILE *out, const struct hb_field *field, const char *items, size_t count)
{
    bool lines = field->table == &cell_table;

    fputc('[', out);
    for (size_t i = 0; i < count; i++) {
        fputs(i > 0 ? "," : "", out);
        fputs(lines ? "\n" : "", out);
        write_value(out, field, items + i * value_bytes(field));
    }
    fputs(lines ? "\n]" : "]", out);
}

static const void *member(const void *from, size_t offset)
{
    return (const char *)from + offset;
}

static size_t list_count(const struct hb_field *field, const void *from)
{
    return *(const size_t *)member(from, field->count_offset);
}

/* A value that a reader would fill in by itself. */
static bool is_default(const struct hb_field *field, const void *from)
{
    const void *value = member(from, field->offset);

    if (field->required || field->type == &hb_type_struct)
        return field->shape == HB_SHAPE_LIST && list_count(field, from) == 0;
    if (field->shape == HB_SHAPE_LIST)
        return list_count(field, from) == 0;
    if (field->type == &hb_type_string)
        return **(const char *const *)value == '\0';
    if (field->type == &hb_type_int)
        return *(const int64_t *)value == 0;
    return field->type == &hb_type_number && !(*(const double *)value > 0);
}

static void write_struct(FILE *out, const struct hb_table *table, const void *from)
{
    const char *separator = table == &file_table ? ",\n" : ",";
    bool first = true;

    fputc('{', out);
    for (size_t i = 0; i < table->count; i++) {
        const struct hb_field *field = &table->fields[i];
        const void *value = member(from, field->offset);

        if (is_default(field, from))
            continue;
        fprintf(out, "%s\"%s\":", first ? "" : separator, field->key);
        if (field->shape == HB_SHAPE_LIST)
            write_list(out, field, *(const char *const *)value, list_count(field, from));
        else
            write_value(out, field, value);
        first = false;
    }
    fputc('}', out);
}

static size_t count_state(const struct hb_baseline_cell *cell, enum hb_observed state)
{
    size_t count = 0;

    for (size_t i = 0; i < cell->count; i++)
        count += cell->runs[i].state == state;
    return count;
}

static struct file_cell labelled(const struct hb_run_row *label)
{
    return (struct file_cell){
        .cell = label->cell_id,
        .client = label->client,
        .library = label->client_library,
        .mode = label->mode,
        .version = label->client_version,
        .server = label->server,
        .method = label->method,
        .url = label->url,
        .protocol = label->http,
        .failure = "",
        .rate = label->rate,
        .concurrency = label->concurrency,
        .burst = label->burst,
        .every_ns = label->every_ns,
        .duration_ns = label->duration_ns,
    };
}

static void put_metrics(const struct hb_baseline_cell *cell, struct hb_arena *arena,
                        struct file_cell *ret)
{
    for (int metric = 0; metric < HB_GATE_METRICS; metric++) {
        double *values = hb_arena_calloc(arena, (size_t)ret->runs, sizeof *values);
        bool measured = false;

        for (int64_t i = 0; i < ret->runs; i++) {
            values[i] = cell->runs[i].values[metric];
            measured = measured || isfinite(values[i]);
        }
        if (measured)
            ret->metrics.of[metric] = (struct figures){values, (size_t)ret->runs};
    }
}

/* Errors and flags are there only where some run has any. */
static void put_counts(const struct hb_baseline_cell *cell, struct hb_arena *arena,
                       struct file_cell *ret)
{
    int64_t *errors = hb_arena_calloc(arena, (size_t)ret->runs, sizeof *errors);
    int64_t *flags = hb_arena_calloc(arena, (size_t)ret->runs, sizeof *flags);

    ret->errors = errors;
    ret->flags = flags;
    for (int64_t i = 0; i < ret->runs; i++) {
        errors[i] = (int64_t)cell->runs[i].errors;
        flags[i] = cell->runs[i].flags;
        ret->errors_count = errors[i] > 0 ? (size_t)ret->runs : ret->errors_count;
        ret->flags_count = flags[i] > 0 ? (size_t)ret->runs : ret->flags_count;
    }
}

static struct file_cell to_file(const struct hb_baseline_cell *cell, struct hb_arena *arena)
{
    struct file_cell ret = labelled(&cell->label);

    ret.runs = (int64_t)count_state(cell, HB_OBSERVED_OK);
    ret.failed = (int64_t)count_state(cell, HB_OBSERVED_FAILED);
    ret.skipped = (int64_t)count_state(cell, HB_OBSERVED_SKIPPED);
    if (ret.failed + ret.skipped > 0)
        ret.failure = cell->runs[ret.runs].failure;
    put_metrics(cell, arena, &ret);
    put_counts(cell, arena, &ret);
    return ret;
}

int hb_baseline_put(const struct hb_baseline *baseline, struct hb_buf *ret_text,
                    struct hb_error *err)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct file file = {.head = *baseline, .schema_version = HB_BASELINE_SCHEMA_VERSION};
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);

    HB_ASSERT(out != NULL);
    hb_arena_init(&arena);
    file.cells_count = baseline->cells_count;
    file.cells = hb_arena_calloc(&arena, file.cells_count, sizeof *file.cells);
    for (size_t i = 0; i < file.cells_count; i++)
        file.cells[i] = to_file(&baseline->cells[i], &arena);
    write_struct(out, &file_table, &file);
    fputc('\n', out);
    fclose(out);
    if (length <= HB_BASELINE_MAX_BYTES)
        hb_buf_append(ret_text, text, length);
    free(text);
    if (length > HB_BASELINE_MAX_BYTES)
        return hb_fail(err, HB_ERR_LIMIT,
                       "a baseline of %zu cells would take %zu bytes, more than %u: keep it in the "
                       "database with `baseline pin`",
                       file.cells_count, length, HB_BASELINE_MAX_BYTES);
    return 0;
}

/* ---- reading ---- */

struct reader {
    struct hb_arena *arena;
    struct hb_diags diags;
};

static void reader_release(struct reader *reader)
{
    hb_diags_release(&reader->diags);
}

static int check_length(struct reader *reader, const struct file_cell *cell, const char *key,
                        size_t count)
{
    if (count == 0 || count == (size_t)cell->runs)
        return 0;
    return hb_diag(&reader->diags, cell->node->place,
                   "'%s': %zu values for %" PRId64 " runs that succeeded", key, count, cell->runs);
}

static int check_figures(struct reader *reader, const struct file_cell *cell)
{
    int result = 0;

    for (size_t i = 0; i < metrics_table.count; i++) {
        const struct figures *figures = member(&cell->metrics, metric_fields[i].offset);

        if (check_length(reader, cell, metric_fields[i].key, figures->count) != 0)
            result = -1;
    }
    return result;
}

static int check_cell(struct reader *reader, const struct file *file, size_t index)
{
    const struct file_cell *cell = &file->cells[index];
    int result = check_figures(reader, cell);

    if (check_length(reader, cell, "errors", cell->errors_count) != 0 ||
        check_length(reader, cell, "flags", cell->flags_count) != 0)
        result = -1;
    for (size_t i = 0; i < index; i++) {
        if (strcmp(file->cells[i].cell, cell->cell) == 0)
            return hb_diag(&reader->diags, cell->node->place, "cell %s is there twice",
                           hb_quote(&reader->diags, cell->cell));
    }
    return result;
}

static struct hb_run_row to_label(const struct file_cell *cell)
{
    return (struct hb_run_row){
        .cell_id = cell->cell,
        .client = cell->client,
        .contender = cell->client,
        .mode = cell->mode,
        .server = cell->server,
        .method = cell->method,
        .url = cell->url,
        .client_library = cell->library,
        .client_version = cell->version,
        .http = cell->protocol,
        .concurrency = (uint32_t)cell->concurrency,
        .rate = cell->rate,
        .burst = (uint32_t)cell->burst,
        .every_ns = cell->every_ns,
        .duration_ns = cell->duration_ns,
    };
}

static struct hb_observation to_observation(const struct file_cell *cell, size_t run)
{
    struct hb_observation observation = {.state = HB_OBSERVED_OK, .failure = ""};

    for (int metric = 0; metric < HB_GATE_METRICS; metric++)
        observation.values[metric] =
            cell->metrics.of[metric].count > run ? cell->metrics.of[metric].values[run] : NAN;
    observation.errors = cell->errors_count > run ? (uint64_t)cell->errors[run] : 0;
    observation.flags = cell->flags_count > run ? (unsigned)cell->flags[run] : 0;
    return observation;
}

static struct hb_observation without_figures(const struct file_cell *cell, enum hb_observed state)
{
    struct hb_observation observation = {.state = state, .failure = cell->failure};

    for (int metric = 0; metric < HB_GATE_METRICS; metric++)
        observation.values[metric] = NAN;
    return observation;
}

static struct hb_baseline_cell from_file(const struct file_cell *cell, struct hb_arena *arena)
{
    size_t count = (size_t)(cell->runs + cell->failed + cell->skipped);
    struct hb_run_row label = to_label(cell);
    struct hb_baseline_cell ret = {.label = hb_baseline_label(&label),
                                   .runs = hb_arena_calloc(arena, count, sizeof *ret.runs),
                                   .count = count};

    for (size_t i = 0; i < count; i++) {
        if (i < (size_t)cell->runs)
            ret.runs[i] = to_observation(cell, i);
        else
            ret.runs[i] = without_figures(cell, i < (size_t)(cell->runs + cell->failed)
                                                    ? HB_OBSERVED_FAILED
                                                    : HB_OBSERVED_SKIPPED);
    }
    return ret;
}

/* Before anything else: of a later version other keys are no mistakes. */
static int check_version(const struct hb_node *root, const char *path, struct hb_error *err)
{
    const struct hb_node *version = hb_node_get(root, "schema_version");

    if (version == NULL || version->kind != HB_NODE_INT ||
        version->integer <= HB_BASELINE_SCHEMA_VERSION)
        return 0;
    return hb_fail(err, HB_ERR_BASELINE,
                   "%s: written by a newer version of http-benchmark (schema %" PRId64
                   ", this one knows %d): use that version, or save the baseline anew",
                   path, version->integer, HB_BASELINE_SCHEMA_VERSION);
}

static int read_root(struct reader *reader, const struct hb_node *root, const char *name,
                     struct file *ret, struct hb_error *err)
{
    struct hb_bind bind = {.arena = reader->arena, .diags = &reader->diags};
    int result = 0;

    if (check_version(root, name, err) != 0 || hb_bind(&bind, &file_table, root, ret) != 0)
        return -1;
    for (size_t i = 0; i < ret->cells_count; i++) {
        if (check_cell(reader, ret, i) != 0)
            result = -1;
    }
    return result;
}

static void from_root(const struct file *file, struct hb_arena *arena, struct hb_baseline *ret)
{
    struct hb_baseline_cell *cells = hb_arena_calloc(arena, file->cells_count, sizeof *cells);

    for (size_t i = 0; i < file->cells_count; i++)
        cells[i] = from_file(&file->cells[i], arena);
    *ret = file->head;
    ret->cells = cells;
    ret->cells_count = file->cells_count;
}

static int fail_with_diags(const struct reader *reader, struct hb_error *err)
{
    if (hb_diags_total(&reader->diags) == 0)
        return -1;
    hb_diags_fail(&reader->diags, err);
    if (err != NULL)
        err->code = HB_ERR_BASELINE;
    return -1;
}

/* `text` NULL: the file of that name. */
static int read_any(const char *name, const char *text, size_t length, struct hb_arena *arena,
                    struct hb_baseline *ret_baseline, struct hb_error *err)
{
    HB_CLEANUP(reader_release) struct reader reader = {.arena = arena};
    struct hb_document document;
    struct file file;
    int result;

    hb_diags_init(&reader.diags);
    hb_document_init(&document, arena);
    if (text == NULL)
        result = hb_document_load(&document, name, HB_DOCUMENT_PLAIN, NULL, 0, &reader.diags);
    else
        result = hb_document_parse(&document, name, text, length, HB_DOCUMENT_PLAIN, NULL, 0,
                                   &reader.diags);
    if (result != 0 || read_root(&reader, document.root, name, &file, err) != 0)
        return fail_with_diags(&reader, err);
    from_root(&file, arena, ret_baseline);
    return 0;
}

int hb_baseline_read(const char *path, struct hb_arena *arena, struct hb_baseline *ret_baseline,
                     struct hb_error *err)
{
    return read_any(path, NULL, 0, arena, ret_baseline, err);
}

int hb_baseline_parse(const char *name, const char *text, size_t length, struct hb_arena *arena,
                      struct hb_baseline *ret_baseline, struct hb_error *err)
{
    return read_any(name, text, length, arena, ret_baseline, err);
}
