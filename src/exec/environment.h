/*
 * The machine as a set of facts: CPU model, CPUs, governor, turbo, SMT, kernel, mitigations, clock
 * source, virtualisation, memory, limits and sysctls that matter, and what it is doing now. What
 * cannot be read is null, never guessed.
 */
#ifndef HB_EXEC_ENVIRONMENT_H
#define HB_EXEC_ENVIRONMENT_H

#include "base/buf.h"

#define HB_FINGERPRINT_BYTES 17

/*
 * One JSON object with sorted keys: "machine" (the static facts), "settings" (limits and sysctls),
 * "now" (load, free memory) and "program" (version and hash of the running executable).
 */
void hb_environment_json(struct hb_buf *ret_json);

/*
 * Hash of "machine" only: never load, measured frequency, free memory, or limits that differ from
 * one shell to the next. 16 hex digits.
 */
void hb_environment_fingerprint(char text[HB_FINGERPRINT_BYTES]);

#endif
