/*
 * Where a value is counted: HdrHistogram's layout for a lowest value of 1, three significant digits
 * and a highest value of HB_HIST_MAX_NS. 2,048 sub-buckets of equal width make the first bucket;
 * each later bucket doubles the width, and only its upper 1,024 sub-buckets are needed. So no slot
 * is wider than 1/1,024 of the values in it. Shared by the histogram and its codec.
 */
#ifndef HB_MEASURE_HIST_LAYOUT_H
#define HB_MEASURE_HIST_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

#define HB_HIST_SIGNIFICANT_DIGITS 3
#define HB_HIST_LOWEST_NS 1
#define HB_HIST_SUB_BITS 11 /* 2^11 sub-buckets */
#define HB_HIST_HALF_BITS (HB_HIST_SUB_BITS - 1)
#define HB_HIST_SUB_MASK ((1u << HB_HIST_SUB_BITS) - 1)

/* Slot of a value that is not negative. */
static inline size_t hb_hist_index(int64_t value_ns)
{
    unsigned top_bit = 63u - (unsigned)__builtin_clzll((uint64_t)value_ns | HB_HIST_SUB_MASK);
    unsigned bucket = top_bit - HB_HIST_HALF_BITS;

    return ((size_t)bucket << HB_HIST_HALF_BITS) + (size_t)(value_ns >> bucket);
}

/* Every slot of bucket b is 2^b wide; the first bucket has twice as many slots as the others. */
static inline unsigned hb_hist_width_bits(size_t index)
{
    size_t half = index >> HB_HIST_HALF_BITS;

    return half == 0 ? 0 : (unsigned)(half - 1);
}

static inline int64_t hb_hist_slot_lowest(size_t index)
{
    unsigned bits = hb_hist_width_bits(index);

    return (int64_t)(index - ((size_t)bits << HB_HIST_HALF_BITS)) << bits;
}

static inline int64_t hb_hist_slot_highest(size_t index)
{
    return hb_hist_slot_lowest(index) + (((int64_t)1 << hb_hist_width_bits(index)) - 1);
}

#endif
