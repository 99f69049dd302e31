/* Made-up results of comparisons, for tests of what they are printed as. */
#ifndef HB_TESTS_COMPARISON_SAMPLE_H
#define HB_TESTS_COMPARISON_SAMPLE_H

#include "report/comparison.h"

/* Ends every value in every format, and steers terminals, runners and spreadsheets. */
#define HB_NASTY                                                                                   \
    "=1+1 \x1b[31m::error::x ##[warning]y --> </script><b a='b'>\"&`|`\\|*_[l](http://e.example) " \
    "@octocat #1 %0A,\r\n::add-mask::z\xff\xef\xbf\xbf\xe2\x80\xae"
#define HB_SECRET "s3cr3t-t0ken"

enum hb_made_up {
    HB_MADE_UP_ORDINARY, /* every verdict once, two unchanged, and a control */
    HB_MADE_UP_NASTY,    /* the same with HB_NASTY and HB_SECRET as every text */
    HB_MADE_UP_EMPTY,    /* no cell */
    HB_MADE_UP_STORED,   /* the same as ordinary, of stored results */
    HB_MADE_UP_LARGE, /* 5,000 cells with nasty texts, a third of each regressed, inconclusive and
                        unchanged */
    HB_MADE_UP_GREEN, /* unchanged, all that was asked for resolved */
    HB_MADE_UP_SUITE, /* no cell regressed, but all together did */
    HB_MADE_UP_CONTAMINATED,
    HB_MADE_UPS
};

const char *hb_made_up_name(enum hb_made_up sample);

/* Everything in `arena`. `secrets` must hold HB_SECRET for HB_MADE_UP_NASTY to be masked. */
struct hb_comparison_report hb_made_up_report(enum hb_made_up sample, struct hb_arena *arena);

#endif
