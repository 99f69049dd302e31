/*
 * One line on a terminal's standard error that says where a sweep is: which run of how many, its
 * phase, live requests/s and errors, time left; or what an installer says. Silent when standard
 * error is no terminal or with
 * --quiet.
 */
#ifndef HB_CLI_PROGRESS_H
#define HB_CLI_PROGRESS_H

#include "exec/executor.h"

struct hb_progress_line {
    bool enabled;
    bool shown; /* the line is on the screen now */
    unsigned columns;
};

void hb_progress_init(struct hb_progress_line *line, bool quiet);
void hb_progress_show(struct hb_progress_line *line, const struct hb_plan *plan,
                      const struct hb_exec_progress *progress);
void hb_progress_show_text(struct hb_progress_line *line, const char *text); /* escaped already */
void hb_progress_clear(struct hb_progress_line *line); /* before anything else is printed */

#endif
