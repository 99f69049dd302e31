/*
 * What a client sends, told apart into requests, against arbitrary bytes. The first byte says how
 * the rest is cut; whole and cut must yield the same requests.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/assert.h"
#include "exec/wire_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All that was taken, as one number. */
struct taken {
    uint64_t digest, count;
};

static void take(void *context, const struct hb_wire_message *message)
{
    struct taken *taken = context;
    struct hb_wire_line line;
    size_t at = 0, lines = 0;

    while (hb_wire_next_line(message->head, message->head_bytes, &at, &line)) {
        HB_ASSERT(line.name_length + line.value_length <= message->head_bytes);
        taken->digest = XXH64(line.name, line.name_length, taken->digest);
        taken->digest = XXH64(line.value, line.value_length, taken->digest);
        lines++;
    }
    HB_ASSERT(lines > 0 && message->bytes >= message->head_bytes + message->body_bytes);
    taken->digest += message->body_hash + message->bytes;
    taken->count++;
}

static struct taken run(const char *text, size_t length, size_t piece)
{
    struct taken taken = {0};
    struct hb_wire_stream stream;

    hb_wire_stream_init(&stream, take, &taken);
    for (size_t at = 0; at < length; at += piece)
        hb_wire_stream_feed(&stream, text + at, length - at < piece ? length - at : piece);
    hb_wire_stream_release(&stream);
    return taken;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data + 1;
    struct taken whole, cut;

    if (size < 2)
        return 0;
    whole = run(text, size - 1, size - 1);
    cut = run(text, size - 1, (size_t)data[0] + 1);
    HB_ASSERT(whole.digest == cut.digest && whole.count == cut.count);
    return 0;
}
