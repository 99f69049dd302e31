/* The list in /status/200:0.9,500:0.1 */
#ifndef HB_SERVERS_BUILTIN_STATUS_LIST_H
#define HB_SERVERS_BUILTIN_STATUS_LIST_H

#include "servers/builtin/span.h"

enum { HB_STATUS_CHOICES_MAX = 64, HB_STATUS_MIN = 200, HB_STATUS_MAX = 999 };

struct hb_status_list {
    struct {
        unsigned status;
        double weight;
    } items[HB_STATUS_CHOICES_MAX];
    size_t count;
    double total_weight;
};

/*
 * "200", or "CODE[:WEIGHT],…" with a weight of 1 where none is given. False for anything else:
 * codes outside HB_STATUS_MIN … HB_STATUS_MAX, negative weights, nothing to choose from, more than
 * HB_STATUS_CHOICES_MAX entries.
 */
bool hb_status_list_parse(struct hb_status_list *ret_list, struct hb_span text);

/* The entry that a uniform draw from (0, 1] falls on. */
unsigned hb_status_list_choose(const struct hb_status_list *list, double draw);

/* One code within the limits. */
bool hb_status_parse(struct hb_span text, unsigned *ret_status);

#endif
