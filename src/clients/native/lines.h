/*
 * Lines from a descriptor, bounded, and given up when SIGTERM comes. What has been read beyond a
 * line is kept for the next.
 */
#ifndef HB_CLIENTS_NATIVE_LINES_H
#define HB_CLIENTS_NATIVE_LINES_H

#include "base/buf.h"
#include "base/error.h"

enum hb_line_result {
    HB_LINE_FAILED = -1, /* err says why; a line beyond the maximum is HB_ERR_LIMIT */
    HB_LINE_END = 0,     /* end of input, or the signal, before a whole line */
    HB_LINE_READ = 1,
};

struct hb_lines {
    int fd;
    int signal_fd; /* readable when it is time to give up; -1: none */
    struct hb_buf buf;
    size_t consumed; /* bytes of `buf` that lines returned earlier */
};

void hb_lines_init(struct hb_lines *lines, int fd, int signal_fd, size_t line_max);
void hb_lines_release(struct hb_lines *lines);

/* Waits for a line. `*ret_line` (without its "\n") is valid until the next call. */
enum hb_line_result hb_lines_next(struct hb_lines *lines, const char **ret_line, size_t *ret_length,
                                  struct hb_error *err) HB_MUST_CHECK;

#endif
