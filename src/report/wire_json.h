/* Wire profiles as a JSON array, for the JSON report and the command `wire`. */
#ifndef HB_REPORT_WIRE_JSON_H
#define HB_REPORT_WIRE_JSON_H

#include <stdio.h>

#include "store/store.h"

/* [{"cell", "client", "server", "method", "url", "protocol", "failure", "profile": {…} or null}] */
void hb_wire_write_json(const struct hb_wire_row *wires, size_t count, FILE *out);

#endif
