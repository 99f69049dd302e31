/* The end of the line for a broken invariant. */
#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

void hb_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "http-benchmark: internal error: %s:%d: %s\n", file, line, condition);
    abort();
}
