/* Names of the error taxonomy. */
#include "base/sample.h"

#include "base/macros.h"

static const char *const outcome_names[HB_OUTCOME_COUNT] = {
    [HB_OUTCOME_OK] = "ok",
    [HB_OUTCOME_DNS] = "dns",
    [HB_OUTCOME_CONNECT] = "connect",
    [HB_OUTCOME_TLS] = "tls",
    [HB_OUTCOME_TIMEOUT] = "timeout",
    [HB_OUTCOME_RESET] = "reset",
    [HB_OUTCOME_PROTOCOL] = "protocol",
    [HB_OUTCOME_STATUS] = "status",
    [HB_OUTCOME_LENGTH] = "length",
    [HB_OUTCOME_VERIFY] = "verify",
    [HB_OUTCOME_CLIENT_EXCEPTION] = "client_exception",
};

const char *hb_outcome_name(unsigned outcome)
{
    return outcome < HB_OUTCOME_COUNT ? outcome_names[outcome] : "?";
}
