/*
 * Who carries out a sweep, in a form that others can ask later whether it still does. A process
 * that was killed wrote nothing at its end; its number alone may be another's by now.
 */
#ifndef HB_EXEC_HOLDER_H
#define HB_EXEC_HOLDER_H

#define HB_HOLDER_BYTES 128

enum hb_holder_state {
    HB_HOLDER_UNKNOWN, /* written by a version that told nothing, or in another container */
    HB_HOLDER_ALIVE,
    HB_HOLDER_GONE, /* also on another machine, and before this one was started anew */
};

/* This process: boot id, process id namespace, process id, when it was started. */
void hb_holder_self(char ret_holder[HB_HOLDER_BYTES]);

/* `holder` as hb_holder_self() wrote it, or "". */
enum hb_holder_state hb_holder_look(const char *holder);

#endif
