/*
 * The machine as a set of facts: CPU model, cores, governor, turbo, SMT, kernel, mitigations, clock
 * source, virtualisation, memory, limits and sysctls that matter. What cannot be read is null,
 * never guessed.
 */
#ifndef HB_EXEC_ENVIRONMENT_H
#define HB_EXEC_ENVIRONMENT_H

#include "base/buf.h"

#define HB_FINGERPRINT_BYTES 17

/* One JSON object with sorted keys. */
void hb_environment_json(struct hb_buf *ret_json);

/* Hash of the static facts only: never load, measured frequency or free memory. 16 hex digits. */
void hb_environment_fingerprint(char text[HB_FINGERPRINT_BYTES]);

#endif
