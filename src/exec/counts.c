/* From a profile to the figures that a gate compares. */
#include "exec/counts.h"

#define ENCRYPTED_APART 0.03 /* a handshake is not always of the same length */

static const struct hb_counts unknown = {
    .instructions_per_request = -1,
    .instructions_spread = -1,
    .system_calls_per_request = -1,
    .bytes_per_request = -1,
    .connections = -1,
    .how = "",
    .failure = "",
    .instructions_why = "",
    .system_calls_why = "",
};

struct hb_counts hb_counts_of(const struct hb_wire_profile *profile, const char *failure)
{
    struct hb_counts counts = unknown;

    if (profile == NULL) {
        counts.failure = counts.instructions_why = counts.system_calls_why = failure;
        return counts;
    }
    counts.instructions_per_request = profile->instructions;
    counts.instructions_spread = profile->instructions_spread;
    counts.system_calls_per_request = profile->system_calls;
    if (profile->bytes_sent >= 0 && profile->bytes_received >= 0)
        counts.bytes_per_request = profile->bytes_sent + profile->bytes_received;
    counts.bytes_apart = profile->setup_sent > 0 ? ENCRYPTED_APART : 0;
    counts.unverified =
        profile->requests > profile->verified ? profile->requests - profile->verified : 0;
    counts.connections = (int64_t)profile->connections;
    counts.how = profile->instructions_how;
    counts.requests_low = profile->instructions_low;
    counts.requests_high = profile->instructions_high;
    counts.instructions_why = profile->instructions < 0 && profile->instructions_why[0] == '\0'
                                  ? "not asked for: run.wire is not instructions"
                                  : profile->instructions_why;
    counts.system_calls_why = profile->system_calls_why;
    return counts;
}
