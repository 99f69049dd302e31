/* Answers that take their time, without holding up any other: the waiting is done by timers.c. */
#include <microhttpd.h>

#include "base/clock.h"
#include "servers/builtin/endpoints.h"
#include "servers/builtin/members.h"
#include "servers/builtin/number.h"
#include "servers/builtin/request.h"
#include "servers/builtin/status_list.h"

enum {
    DELAY_SECONDS_MAX = 10,
    DRIP_SECONDS_MAX = 60, /* for the delay and for the duration */
    DRIP_BYTES_MAX = 10 << 20,
    DRIP_STEP_NS = 1000000, /* bytes that are due within it are sent together */
};

void hb_endpoint_delay(struct hb_exchange *exchange)
{
    double seconds;

    if (!hb_number_real(exchange->captures[0], &seconds) || seconds < 0) {
        hb_reply_bad_request(exchange, "the delay is not a number of seconds");
        return;
    }
    if (seconds > DELAY_SECONDS_MAX)
        seconds = DELAY_SECONDS_MAX;
    hb_reply_members(exchange, HB_MEMBERS_GET | HB_MEMBERS_BODY);
    exchange->reply.delay_ns = (int64_t)(seconds * (double)HB_NS_PER_S);
}

static ssize_t read_drip(struct hb_exchange *exchange, uint64_t offset, char *data, size_t max)
{
    int64_t start_ns = exchange->stream.drip.start_ns, now_ns = hb_now_ns(), due_ns;
    double pause_ns = exchange->stream.drip.pause_ns, due_bytes;
    uint64_t count;

    if (start_ns == 0)
        exchange->stream.drip.start_ns = start_ns = now_ns;
    due_bytes =
        pause_ns > 0 ? (double)(now_ns - start_ns) / pause_ns + 1 : (double)exchange->reply.size;
    if (due_bytes > (double)exchange->reply.size)
        due_bytes = (double)exchange->reply.size;
    if ((uint64_t)due_bytes <= offset) {
        due_ns = start_ns + (int64_t)((double)offset * pause_ns) + 1;
        exchange->reply.resume_ns = due_ns > now_ns + DRIP_STEP_NS ? due_ns : now_ns + DRIP_STEP_NS;
        return HB_READ_WAIT;
    }
    count = (uint64_t)due_bytes - offset;
    if (count > max)
        count = max;
    memset(data, '*', (size_t)count);
    return (ssize_t)count;
}

/* An argument in seconds, within 0 and DRIP_SECONDS_MAX. */
static bool seconds_arg(struct hb_exchange *exchange, struct hb_span name, double *seconds)
{
    struct hb_span text;

    if (!hb_request_arg(exchange, name, &text))
        return true;
    if (!hb_number_real(text, seconds) || *seconds < 0)
        return false;
    if (*seconds > DRIP_SECONDS_MAX)
        *seconds = DRIP_SECONDS_MAX;
    return true;
}

void hb_endpoint_drip(struct hb_exchange *exchange)
{
    double duration_s = 2, delay_s = 0;
    unsigned status = MHD_HTTP_OK;
    int64_t count = 10;
    struct hb_span text;

    if ((hb_request_arg(exchange, HB_SPAN("numbytes"), &text) && !hb_number_signed(text, &count)) ||
        (hb_request_arg(exchange, HB_SPAN("code"), &text) && !hb_status_parse(text, &status)) ||
        !seconds_arg(exchange, HB_SPAN("duration"), &duration_s) ||
        !seconds_arg(exchange, HB_SPAN("delay"), &delay_s)) {
        hb_reply_bad_request(exchange, "numbytes, code, duration or delay is not a valid number");
        return;
    }
    if (count <= 0) {
        hb_reply_bad_request(exchange, "number of bytes must be positive");
        return;
    }
    if (count > DRIP_BYTES_MAX)
        count = DRIP_BYTES_MAX;
    exchange->stream.drip.start_ns = 0;
    exchange->stream.drip.pause_ns = duration_s * (double)HB_NS_PER_S / (double)count;
    hb_reply_stream(exchange, status, HB_TYPE_BYTES, (uint64_t)count, read_drip);
    exchange->reply.delay_ns = (int64_t)(delay_s * (double)HB_NS_PER_S);
}
