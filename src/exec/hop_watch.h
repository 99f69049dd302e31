/*
 * The programs of a server apart, while a run goes on: what each used and counted. Where the server
 * is a single program there is nothing to tell apart, and the watch is NULL; all functions take
 * that.
 */
#ifndef HB_EXEC_HOP_WATCH_H
#define HB_EXEC_HOP_WATCH_H

#include "exec/result.h"
#include "exec/topology.h"

struct hb_hop_watch;

/* Before the first request. The topology must outlive it. */
struct hb_hop_watch *hb_hop_watch_new(struct hb_topology *topology);
void hb_hop_watch_free(struct hb_hop_watch *watch);

void hb_hop_watch_sample(struct hb_hop_watch *watch); /* at the monitor's interval */
void hb_hop_watch_open(struct hb_hop_watch *watch);   /* the window's start */
void hb_hop_watch_close(struct hb_hop_watch *watch);  /* and its end */

/* After the run: fill result->hops. Of the first, the counts are those the result has already. */
void hb_hop_watch_finish(struct hb_hop_watch *watch, struct hb_run_result *result);

/* Cores that each program can use of `given`; one for each of result->hops. Valid as long as the
 * watch; NULL for none. */
const unsigned *hb_hop_watch_cores(struct hb_hop_watch *watch, unsigned given);

#endif
