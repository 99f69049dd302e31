/* list: what clients and servers there are here, and what sweeps a database holds. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/environments.h"
#include "cli/table.h"
#include "exec/wire_counts.h"
#include "store/store.h"

struct list_options {
    struct hb_strings client_folders;
    bool json;
    const char *database;
};

static const struct hb_option list_option_table[] = {
    {"json", 0, HB_VALUE_FLAG, offsetof(struct list_options, json), NULL, 0, 0, NULL,
     "As JSON, for scripts"},
    HB_OPTION_CLIENTS(list_options),
    {"db", 0, HB_VALUE_STRING, offsetof(struct list_options, database), "PATH", 0, 0, NULL,
     "SQLite file of the sweeps (default: benchmark_results.db)"},
};

/* "sync, async" from bits, by a naming function. */
static const char *join_bits(struct hb_arena *arena, unsigned bits, const char *(*name)(unsigned))
{
    const char *text = "";

    for (unsigned bit = 0; bit < 8; bit++) {
        if ((bits & (1u << bit)) != 0)
            text =
                hb_arena_printf(arena, "%s%s%s", text, text[0] != '\0' ? " " : "", name(1u << bit));
    }
    return text;
}

static const char *mode_text(unsigned bit)
{
    return hb_mode_name((enum hb_mode)bit);
}

static const char *http_text(unsigned bit)
{
    return hb_http_name((enum hb_http)bit);
}

static void write_json_bits(const char *key, unsigned bits, const char *(*name)(unsigned))
{
    const char *separator = "";

    printf(", \"%s\": [", key);
    for (unsigned bit = 0; bit < 8; bit++) {
        if ((bits & (1u << bit)) == 0)
            continue;
        printf("%s\"%s\"", separator, name(1u << bit));
        separator = ", ";
    }
    printf("]");
}

static void add_entry_row(struct hb_cli *cli, struct hb_text_table *table,
                          const struct hb_entry *entry, const struct hb_availability *found)
{
    hb_text_table_add(table, entry->name);
    hb_text_table_add(table, found->available ? hb_cli_safe(cli, found->version) : "missing");
    if (entry->kind == HB_ENTRY_CLIENT)
        hb_text_table_add(table, join_bits(&cli->arena, entry->modes, mode_text));
    hb_text_table_add(table, join_bits(&cli->arena, entry->protocols, http_text));
    hb_text_table_add(table, entry->language);
    hb_text_table_add(table, entry->summary);
}

static void print_remedies(struct hb_cli *cli, const struct hb_entry *entries, size_t count,
                           const struct hb_availability *found)
{
    for (size_t i = 0; i < count; i++) {
        if (!found[i].available)
            printf("\n%s is missing: %s\n  to get it: %s\n", entries[i].name,
                   hb_cli_safe(cli, found[i].reason), hb_cli_safe(cli, found[i].remedy));
    }
}

/* What a listing is made of. */
struct listing {
    struct hb_registry registry;
    enum hb_entry_kind kind;
    const struct hb_entry *entries;
    struct hb_availability *found; /* of each entry */
    size_t count;
    struct hb_receipt *receipts; /* all environments */
    size_t receipts_count;
};

static int find_all(struct hb_cli *cli, enum hb_entry_kind kind, struct listing *ret,
                    struct hb_error *err)
{
    *ret = (struct listing){.kind = kind};
    if (hb_cli_load_registry(cli, &ret->registry, err) != 0 ||
        hb_receipts_list(ret->registry.env_dir, &cli->arena, &ret->receipts, &ret->receipts_count,
                         err) != 0)
        return -1;
    ret->entries = kind == HB_ENTRY_CLIENT ? ret->registry.clients : ret->registry.servers;
    ret->count =
        kind == HB_ENTRY_CLIENT ? ret->registry.clients_count : ret->registry.servers_count;
    ret->found = hb_arena_calloc(&cli->arena, ret->count, sizeof *ret->found);
    for (size_t i = 0; i < ret->count; i++) {
        if (hb_registry_probe(&ret->registry, &ret->entries[i], &ret->found[i], err) != 0)
            return -1;
    }
    return 0;
}

static void write_json_entry(const struct listing *listing, size_t index)
{
    const struct hb_entry *entry = &listing->entries[index];
    const struct hb_availability *found = &listing->found[index];

    printf("%s\n  {\"name\": ", index == 0 ? "" : ",");
    hb_json_write_string(stdout, entry->name);
    printf(", \"available\": %s, \"version\": ", found->available ? "true" : "false");
    hb_json_write_string(stdout, found->available ? found->version : NULL);
    printf(", \"language\": ");
    hb_json_write_string(stdout, entry->language);
    if (entry->kind == HB_ENTRY_CLIENT)
        printf(", \"instructions_repeat\": %s",
               hb_wire_uncountable(entry, NULL) == NULL ? "true" : "false");
    write_json_bits("modes", entry->modes, mode_text);
    write_json_bits("protocols", entry->protocols, http_text);
    printf(", \"summary\": ");
    hb_json_write_string(stdout, entry->summary);
    printf(", \"reason\": ");
    hb_json_write_string(stdout, found->available ? NULL : found->reason);
    printf(", \"remedy\": ");
    hb_json_write_string(stdout, found->available ? NULL : found->remedy);
    printf(", \"environments\": ");
    hb_environments_write_json(listing->receipts, listing->receipts_count, entry->name);
    printf("}");
}

static void write_json_listing(const struct listing *listing)
{
    printf("[");
    for (size_t i = 0; i < listing->count; i++)
        write_json_entry(listing, i);
    printf("\n]\n");
}

/* Versions, interpreters and checkouts that were installed beside the shipped ones. */
static void print_chosen(struct hb_cli *cli, const struct listing *listing)
{
    size_t count;
    const struct hb_receipt *chosen = hb_environments_chosen(
        cli, listing->receipts, listing->receipts_count, listing->entries, listing->count, &count);

    if (count == 0)
        return;
    printf("\nalso installed:\n");
    hb_environments_print(cli, chosen, count);
}

static void print_listing(struct hb_cli *cli, const struct listing *listing)
{
    static const char *const client_headers[] = {"client",    "version",  "modes",
                                                 "protocols", "language", "summary"};
    static const char *const server_headers[] = {"server", "version", "protocols", "language",
                                                 "summary"};
    bool is_client = listing->kind == HB_ENTRY_CLIENT;
    struct hb_text_table table;

    hb_text_table_init(&table, &cli->arena, is_client ? client_headers : server_headers,
                       is_client ? HB_ARRAY_LEN(client_headers) : HB_ARRAY_LEN(server_headers));
    for (size_t i = 0; i < listing->count; i++)
        add_entry_row(cli, &table, &listing->entries[i], &listing->found[i]);
    hb_text_table_print(&table, stdout);
    print_chosen(cli, listing);
    print_remedies(cli, listing->entries, listing->count, listing->found);
}

static int list_entries(struct hb_cli *cli, enum hb_entry_kind kind, bool json,
                        struct hb_error *err)
{
    struct listing listing;

    if (find_all(cli, kind, &listing, err) != 0)
        return -1;
    if (json)
        write_json_listing(&listing);
    else
        print_listing(cli, &listing);
    return 0;
}

static void write_json_sweep(const struct hb_sweep_row *row, bool first)
{
    char started[HB_TIMESTAMP_BYTES];

    hb_format_timestamp(started, row->started_wall_ns);
    printf("%s\n  {\"id\": %" PRId64 ", \"scenario\": ", first ? "" : ",", row->id);
    hb_json_write_string(stdout, row->scenario_name);
    printf(", \"started\": \"%s\", \"status\": ", started);
    hb_json_write_string(stdout, row->status);
    printf(", \"purpose\": ");
    hb_json_write_string(stdout, row->purpose);
    printf(", \"cells\": %zu, \"runs\": %zu, \"pending\": %zu, \"failed\": %zu, \"fingerprint\": ",
           row->cells_count, row->runs_count, row->runs_pending, row->runs_failed);
    hb_json_write_string(stdout, row->fingerprint);
    printf("}");
}

static void add_sweep_row(struct hb_cli *cli, struct hb_text_table *table,
                          const struct hb_sweep_row *row)
{
    char started[HB_TIMESTAMP_BYTES];

    hb_format_timestamp(started, row->started_wall_ns);
    hb_text_table_addf(table, "%" PRId64, row->id);
    hb_text_table_add(table, hb_cli_safe(cli, row->scenario_name));
    hb_text_table_addf(table, "%.16s", started);
    hb_text_table_add(table, row->status);
    hb_text_table_addf(table, "%zu", row->cells_count);
    hb_text_table_addf(table, "%zu", row->runs_count);
    hb_text_table_addf(table, "%zu", row->runs_failed);
    hb_text_table_addf(table, "%zu", row->runs_pending);
}

static int list_sweeps(struct hb_cli *cli, const char *database, bool json, struct hb_error *err)
{
    static const char *const headers[] = {">id",    "scenario", "started", "status",
                                          ">cells", ">runs",    ">failed", ">pending"};
    struct hb_sweep_row *rows;
    struct hb_text_table table;
    struct hb_store *store;
    size_t count;
    int result;

    if (hb_store_open(hb_cli_database(cli, database), HB_STORE_READ, &store, err) != 0)
        return -1;
    result = hb_store_list_sweeps(store, &cli->arena, &rows, &count, err);
    hb_store_close(store);
    if (result != 0)
        return -1;
    hb_text_table_init(&table, &cli->arena, headers, HB_ARRAY_LEN(headers));
    if (json)
        printf("[");
    for (size_t i = 0; i < count; i++) {
        if (json)
            write_json_sweep(&rows[i], i == 0);
        else
            add_sweep_row(cli, &table, &rows[i]);
    }
    if (json)
        printf("\n]\n");
    else
        hb_text_table_print(&table, stdout);
    return 0;
}

static int run_list(struct hb_cli *cli, const void *opaque, char *const *arguments,
                    HB_UNUSED int count, HB_UNUSED int *exit_code, struct hb_error *err)
{
    const struct list_options *options = opaque;

    cli->client_folders = options->client_folders;
    if (strcmp(arguments[0], "clients") == 0)
        return list_entries(cli, HB_ENTRY_CLIENT, options->json, err);
    if (strcmp(arguments[0], "servers") == 0)
        return list_entries(cli, HB_ENTRY_SERVER, options->json, err);
    if (strcmp(arguments[0], "sweeps") == 0)
        return list_sweeps(cli, options->database, options->json, err);
    return hb_fail(err, HB_ERR_INPUT, "cannot list '%.100s'; one of clients, servers, sweeps",
                   arguments[0]);
}

const struct hb_command hb_command_list = {
    .name = "list",
    .arguments = "clients|servers|sweeps",
    .summary = "What clients, servers and sweeps there are",
    .description = "List the clients and servers this installation knows, with the versions that "
                   "are available here and, for the rest, how to get them; or the sweeps in a "
                   "database.",
    .options = list_option_table,
    .options_count = HB_ARRAY_LEN(list_option_table),
    .options_bytes = sizeof(struct list_options),
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run_list,
};
