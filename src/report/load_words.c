/* Rates and bursts as people and programs read them. */
#include "report/load_words.h"

#include <inttypes.h>

static double seconds(int64_t ns)
{
    return (double)ns / 1e9;
}

void hb_rate_put(double rate, uint32_t burst, int64_t every_ns, struct hb_buf *ret)
{
    if (burst > 0)
        hb_buf_printf(ret, ", bursts of %" PRIu32 " every %.10g s", burst, seconds(every_ns));
    else if (rate > 0)
        hb_buf_printf(ret, ", %.10g requests/s due", rate);
}

void hb_bursts_write_json(uint32_t burst, int64_t every_ns, FILE *out)
{
    if (burst > 0)
        fprintf(out, ", \"burst\": %" PRIu32 ", \"every_s\": %.10g", burst, seconds(every_ns));
}
