/* Receipts for people and for scripts. */
#include "cli/environments.h"

#include <string.h>

#include "base/json.h"
#include "cli/table.h"

static const char *or_dash(const char *text)
{
    return text != NULL ? text : "-";
}

void hb_environments_print(struct hb_cli *cli, const struct hb_receipt *receipts, size_t count)
{
    static const char *const headers[] = {"environment", "version", "made from", "interpreter",
                                          "installed"};
    struct hb_text_table table;

    hb_text_table_init(&table, &cli->arena, headers, HB_ARRAY_LEN(headers));
    for (size_t i = 0; i < count; i++) {
        hb_text_table_add(&table, hb_cli_safe(cli, receipts[i].environment));
        hb_text_table_add(&table, hb_cli_safe(cli, or_dash(receipts[i].version)));
        hb_text_table_add(&table, hb_cli_safe(cli, receipts[i].chosen));
        hb_text_table_add(&table, hb_cli_safe(cli, or_dash(receipts[i].interpreter)));
        hb_text_table_addf(&table, "%.16s", hb_cli_safe(cli, or_dash(receipts[i].installed_at)));
    }
    hb_text_table_print(&table, stdout);
}

void hb_environments_write_json(const struct hb_receipt *receipts, size_t count, const char *name)
{
    bool first = true;

    printf("[");
    for (size_t i = 0; i < count; i++) {
        if (!hb_receipt_is_of(&receipts[i], name))
            continue;
        printf("%s{\"environment\": ", first ? "" : ", ");
        hb_json_write_string(stdout, receipts[i].environment);
        printf(", \"version\": ");
        hb_json_write_string(stdout, receipts[i].version);
        printf(", \"made_from\": ");
        hb_json_write_string(stdout, receipts[i].chosen);
        printf(", \"interpreter\": ");
        hb_json_write_string(stdout, receipts[i].interpreter);
        printf(", \"installed\": ");
        hb_json_write_string(stdout, receipts[i].installed_at);
        printf("}");
        first = false;
    }
    printf("]");
}

static bool is_chosen(const struct hb_receipt *receipt, const struct hb_entry *entries,
                      size_t entries_count)
{
    for (size_t i = 0; i < entries_count; i++) {
        if (hb_receipt_is_of(receipt, entries[i].name))
            return strcmp(receipt->environment, entries[i].name) != 0;
    }
    return false;
}

struct hb_receipt *hb_environments_chosen(struct hb_cli *cli, const struct hb_receipt *receipts,
                                          size_t count, const struct hb_entry *entries,
                                          size_t entries_count, size_t *ret_count)
{
    struct hb_receipt *chosen = hb_arena_calloc(&cli->arena, count, sizeof *chosen);

    *ret_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_chosen(&receipts[i], entries, entries_count))
            chosen[(*ret_count)++] = receipts[i];
    }
    return chosen;
}
