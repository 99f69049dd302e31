/* What the head sends otherwise than the base, of the cells that were looked at on both sides. */
#ifndef HB_CLI_WIRE_NOTICES_H
#define HB_CLI_WIRE_NOTICES_H

#include "cli/cli.h"
#include "store/store.h"

/*
 * A sentence a difference of request line, headers, body, bytes, connections or system calls, each
 * once for all cells that share it: "httpx/sync: User-Agent: a → b". In cli->arena; none where
 * nobody looked at requests.
 */
int hb_wire_notices(struct hb_cli *cli, struct hb_store *store, int64_t sweep_id, const char *base,
                    const char *head, struct hb_strings *ret_notices,
                    struct hb_error *err) HB_MUST_CHECK;

#endif
