/* Environments that clients and servers were installed into, as `install --list` and `list` show
 * them. */
#ifndef HB_CLI_ENVIRONMENTS_H
#define HB_CLI_ENVIRONMENTS_H

#include "cli/cli.h"
#include "registry/receipt.h"

/* A table of them on standard output. */
void hb_environments_print(struct hb_cli *cli, const struct hb_receipt *receipts, size_t count);

/* A JSON array of those of one entry. */
void hb_environments_write_json(const struct hb_receipt *receipts, size_t count, const char *name);

/* Those that are of an entry of the array, but not its shipped one; in cli->arena. */
struct hb_receipt *hb_environments_chosen(struct hb_cli *cli, const struct hb_receipt *receipts,
                                          size_t count, const struct hb_entry *entries,
                                          size_t entries_count, size_t *ret_count);

#endif
