/*
 * Whether a program has nothing left to do but wait. What is counted of a client must not depend on
 * whether an answer was quicker than its next look for one; so answers are held back until it
 * waits.
 */
#ifndef HB_EXEC_STILLNESS_H
#define HB_EXEC_STILLNESS_H

#include <stdbool.h>
#include <sys/types.h>

/* Every thread of a process and of all its descendants sleeps. True as well when there is no such
 * process. One look: a thread between two steps sleeps for an instant, too. */
bool hb_is_still(pid_t root);

#endif
