/*
 * The epoll client's response parser against arbitrary bytes. The first byte says whether the
 * request was HEAD and how the rest is cut; whole and cut must come to the same end.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/assert.h"
#include "clients/native/http1.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum hb_outcome parse(struct hb_http1 *parser, const char *text, size_t length, size_t piece,
                             bool head)
{
    hb_http1_begin(parser, head);
    for (size_t at = 0; at < length && !hb_http1_over(parser);) {
        size_t count = length - at < piece ? length - at : piece;
        size_t used = hb_http1_feed(parser, text + at, count);

        HB_ASSERT(used <= count && (used == count || hb_http1_over(parser)));
        at += used;
    }
    return hb_http1_end(parser);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hb_http1 whole, cut;
    const char *text = (const char *)data + 1;
    size_t piece;
    bool head;

    if (size < 1)
        return 0;
    head = (data[0] & 1) != 0;
    piece = (size_t)(data[0] >> 1) + 1;
    HB_ASSERT(parse(&whole, text, size - 1, size, head) ==
              parse(&cut, text, size - 1, piece, head));
    HB_ASSERT(whole.status == cut.status && whole.body_bytes == cut.body_bytes);
    return 0;
}
