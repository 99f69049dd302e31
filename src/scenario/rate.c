/* The three forms of a load: a closed loop, a rate, bursts. Which keys go together is checked here.
 */
#include "scenario/load.h"

#define PER_SECOND_MAX 1e7

static bool has(const struct hb_raw_rate *raw, const char *key)
{
    return hb_node_get(raw->node, key) != NULL;
}

static int lacks(struct hb_loading *loading, const struct hb_raw_rate *raw, const char *key)
{
    return hb_diag(loading->diags, raw->node->place, "rate lacks the key %s", key);
}

static int load_bursts(struct hb_loading *loading, const struct hb_raw_rate *raw,
                       struct hb_rate *ret)
{
    static const char *const others[] = {"rate", "arrivals"};

    for (size_t i = 0; i < HB_ARRAY_LEN(others); i++) {
        if (has(raw, others[i]))
            return hb_diag(loading->diags, hb_node_place(raw->node, others[i]),
                           "'%s' does not go with bursts, which 'burst' and 'every' describe",
                           others[i]);
    }
    if (!has(raw, "burst") || !has(raw, "every"))
        return lacks(loading, raw, has(raw, "burst") ? "'every'" : "'burst'");
    if (raw->burst <= 0 || raw->every_ns <= 0)
        return -1;
    *ret = (struct hb_rate){
        .per_second = (double)raw->burst * 1e9 / (double)raw->every_ns,
        .arrivals = HB_ARRIVALS_BURSTS,
        .burst = (uint32_t)raw->burst,
        .every_ns = raw->every_ns,
    };
    if (ret->per_second > PER_SECOND_MAX)
        return hb_diag(loading->diags, raw->node->place,
                       "'rate': expected at most %.0f/s, got bursts that make %.0f/s",
                       PER_SECOND_MAX, ret->per_second);
    return 0;
}

int hb_load_rate(struct hb_loading *loading, const struct hb_raw_rate *raw, struct hb_rate *ret)
{
    *ret = (struct hb_rate){.per_second = raw->per_second};
    if (has(raw, "burst") || has(raw, "every"))
        return load_bursts(loading, raw, ret);
    if (raw->node != NULL && raw->node->kind == HB_NODE_MAPPING && !has(raw, "rate"))
        return lacks(loading, raw, "'rate', or 'burst' and 'every'");
    if (raw->per_second > 0)
        ret->arrivals = (enum hb_arrivals)raw->arrivals;
    return 0;
}
