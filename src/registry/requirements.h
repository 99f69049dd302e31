/* Inside the registry layer: the pins of a requirements file. */
#ifndef HB_REGISTRY_REQUIREMENTS_H
#define HB_REGISTRY_REQUIREMENTS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

/* Whether two requirements ("httpx[http2]==0.28", "HTTPX") are of one project, as PEP 503 compares
 * names. */
bool hb_requirements_same_project(const char *a, const char *b);

/*
 * Append each "name==version" of the file, with its marker and without its hashes, as a line; but
 * none whose project `left_out` (NULL-terminated requirements) names.
 */
int hb_requirements_pins(const char *path, const char *const *left_out, struct hb_buf *ret_pins,
                         struct hb_error *err) HB_MUST_CHECK;

#endif
