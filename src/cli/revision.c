/* Asking git. Not having an answer is no failure. */
#include "cli/revision.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/memory.h"
#include "registry/capture.h"

void hb_revision_of(const char *path, char text[HB_REVISION_BYTES])
{
    HB_CLEANUP(hb_free_ptr) char *copy = hb_strdup(path);
    const char *const argv[] = {"git",     "-C",          dirname(copy), "describe", "--always",
                                "--dirty", "--abbrev=40", "--exclude=*", NULL};
    char *const *plain_argv; /* the same words: the program's own copy is what it may change */
    struct hb_capture capture;
    size_t length;

    memcpy(&plain_argv, &(const void *){argv}, sizeof plain_argv);
    text[0] = '\0';
    hb_capture_init(&capture, HB_REVISION_BYTES - 1);
    if (hb_capture_run(&capture, plain_argv, 2 * HB_NS_PER_S, NULL) == 0 &&
        capture.spawn_errno == 0 && !capture.timed_out && WIFEXITED(capture.status) &&
        WEXITSTATUS(capture.status) == 0) {
        length = strcspn(hb_buf_text(&capture.out), "\n");
        memcpy(text, hb_buf_text(&capture.out), length);
        text[length] = '\0';
    }
    hb_capture_release(&capture);
}
