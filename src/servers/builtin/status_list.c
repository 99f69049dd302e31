/* Parsing and choosing are apart, so that the choice can be tested without chance. */
#include "servers/builtin/status_list.h"

#include "servers/builtin/number.h"

bool hb_status_parse(struct hb_span text, unsigned *ret_status)
{
    uint64_t value;

    if (!hb_number_unsigned(text, &value) || value < HB_STATUS_MIN || value > HB_STATUS_MAX)
        return false;
    *ret_status = (unsigned)value;
    return true;
}

static bool parse_choice(struct hb_status_list *list, struct hb_span text)
{
    struct hb_span code;
    double weight = 1;
    unsigned status;

    hb_span_split(&text, ':', &code);
    if (!hb_status_parse(code, &status))
        return false;
    if (text.data != NULL && (!hb_number_real(text, &weight) || weight < 0))
        return false;
    list->items[list->count].status = status;
    list->items[list->count].weight = weight;
    list->count++;
    list->total_weight += weight;
    return true;
}

bool hb_status_list_parse(struct hb_status_list *ret_list, struct hb_span text)
{
    struct hb_span piece;

    ret_list->count = 0;
    ret_list->total_weight = 0;
    while (hb_span_split(&text, ',', &piece))
        if (ret_list->count == HB_STATUS_CHOICES_MAX || !parse_choice(ret_list, piece))
            return false;
    return ret_list->total_weight > 0 && ret_list->total_weight < 1e300;
}

unsigned hb_status_list_choose(const struct hb_status_list *list, double draw)
{
    double left = draw * list->total_weight;
    size_t i = 0;

    while (i + 1 < list->count && left > list->items[i].weight)
        left -= list->items[i++].weight;
    return list->items[i].status;
}
