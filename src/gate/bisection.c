/* Halving, with candidates that cannot be told. */
#include "gate/bisection.h"

#include "base/assert.h"

void hb_bisection_init(struct hb_bisection *bisection, enum hb_candidate *candidates, size_t count)
{
    HB_ASSERT(count > 0);
    *bisection = (struct hb_bisection){.candidates = candidates, .count = count, .bad = count - 1};
    for (size_t i = 0; i < count; i++)
        candidates[i] = HB_CANDIDATE_UNKNOWN;
    candidates[count - 1] = HB_CANDIDATE_BAD;
}

static bool is_open(const struct hb_bisection *bisection, size_t index)
{
    return bisection->candidates[index] == HB_CANDIDATE_UNKNOWN;
}

bool hb_bisection_next(const struct hb_bisection *bisection, size_t *ret_index)
{
    size_t low = bisection->good_end, high = bisection->bad; /* open: [low, high) */
    size_t middle = low + (high - low) / 2;

    for (size_t away = 0; away <= high - low; away++) {
        size_t above = middle + away;

        if (away <= middle - low && is_open(bisection, middle - away) && middle - away < high) {
            *ret_index = middle - away;
            return true;
        }
        if (above < high && is_open(bisection, above)) {
            *ret_index = above;
            return true;
        }
    }
    return false;
}

void hb_bisection_tell(struct hb_bisection *bisection, size_t index, enum hb_candidate verdict)
{
    HB_ASSERT(index >= bisection->good_end && index < bisection->bad);
    bisection->candidates[index] = verdict;
    if (verdict == HB_CANDIDATE_GOOD)
        bisection->good_end = index + 1;
    else if (verdict == HB_CANDIDATE_BAD)
        bisection->bad = index;
}

unsigned hb_bisection_steps(const struct hb_bisection *bisection)
{
    size_t left = bisection->bad - bisection->good_end;
    unsigned steps = 0;

    while (left > 0) {
        left /= 2;
        steps++;
    }
    return steps;
}
