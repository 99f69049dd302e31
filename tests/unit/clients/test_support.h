/* What several tests of the native workers need. */
#ifndef HB_TESTS_CLIENTS_TEST_SUPPORT_H
#define HB_TESTS_CLIENTS_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"

/* A file with the content given, already unlinked; its name stays usable through /proc. */
static inline char *path_of_bytes(const void *bytes, size_t length)
{
    char name[] = "/tmp/hb-test-XXXXXX";
    int fd = mkstemp(name);
    static char path[64];

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), (ssize_t)length);
    unlink(name);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return path;
}

#endif
