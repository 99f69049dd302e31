/* File descriptors: scope cleanup, whole writes, files of strangers. */
#ifndef HB_BASE_FD_H
#define HB_BASE_FD_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/macros.h"

/* For HB_CLEANUP: closes `*fd` when it is not negative and sets it to -1. Keeps errno. */
void hb_fd_close(int *fd);

/* Write everything to a blocking descriptor, through EINTR and short writes. */
int hb_fd_write_all(int fd, const void *data, size_t length, struct hb_error *err) HB_MUST_CHECK;

/*
 * Open for reading what somebody else may have put there: a regular file of at most so many bytes
 * and no link, or HB_ERR_RUN. Never waits for the other end of a pipe. The descriptor, or -1.
 */
int hb_fd_open_plain(int folder_fd, const char *name, int64_t maximum_bytes,
                     struct hb_error *err) HB_MUST_CHECK;

/* O_NONBLOCK on. */
int hb_fd_set_nonblocking(int fd, struct hb_error *err) HB_MUST_CHECK;

#endif
