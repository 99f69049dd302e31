/* The columns of `runs` that count requests by outcome, in the order of enum hb_outcome. */
#ifndef HB_STORE_OUTCOMES_H
#define HB_STORE_OUTCOMES_H

#include "base/sample.h"

static const char *const hb_outcome_columns[] = {
    [HB_OUTCOME_OK] = "verified",
    [HB_OUTCOME_DNS] = "error_dns",
    [HB_OUTCOME_CONNECT] = "error_connect",
    [HB_OUTCOME_TLS] = "error_tls",
    [HB_OUTCOME_TIMEOUT] = "error_timeout",
    [HB_OUTCOME_RESET] = "error_reset",
    [HB_OUTCOME_PROTOCOL] = "error_protocol",
    [HB_OUTCOME_STATUS] = "error_status",
    [HB_OUTCOME_LENGTH] = "error_length",
    [HB_OUTCOME_VERIFY] = "error_verify",
    [HB_OUTCOME_CLIENT_EXCEPTION] = "error_client_exception",
};

_Static_assert(sizeof(hb_outcome_columns) / sizeof(hb_outcome_columns[0]) == HB_OUTCOME_COUNT,
               "a column an outcome");

#endif
