/*
 * The control channel with the program that started the server: JSON lines on standard output,
 * commands on standard input. `counts` is answered with the counts; the end of standard input,
 * SIGTERM and SIGINT stop the server.
 */
#ifndef HB_SERVERS_BUILTIN_CONTROL_H
#define HB_SERVERS_BUILTIN_CONTROL_H

#include "servers/builtin/server.h"

/* Block the signals that the loop waits for; call it before any thread starts. Returns a descriptor
 * for them. */
int hb_control_prepare(struct hb_error *err) HB_MUST_CHECK;

/* Announce the server and serve the channel until it is told to stop. */
int hb_control_run(const struct hb_server *server, int signal_fd,
                   struct hb_error *err) HB_MUST_CHECK;

#endif
