/*
 * A baseline file of arbitrary bytes. What is accepted must be written, and read back as the same:
 * so a file that was saved again changes no figure.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "gate/baseline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int parse(const char *text, size_t length, struct hb_arena *arena, struct hb_baseline *ret)
{
    struct hb_error err = {0};

    if (hb_baseline_parse("fuzz", text, length, arena, ret, &err) == 0)
        return 0;
    HB_ASSERT(err.code == HB_ERR_BASELINE);
    HB_ASSERT(err.message[0] != '\0');
    return -1;
}

static void check_accepted(const struct hb_baseline *baseline, struct hb_arena *arena)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text, again;
    struct hb_baseline back;

    hb_buf_init(&text, HB_BASELINE_MAX_BYTES);
    hb_buf_init(&again, HB_BASELINE_MAX_BYTES);
    if (hb_baseline_put(baseline, &text, NULL) != 0)
        return; /* what was left out and filled in makes it too long */
    HB_ASSERT(parse(hb_buf_text(&text), text.length, arena, &back) == 0);
    HB_ASSERT(hb_baseline_put(&back, &again, NULL) == 0);
    HB_ASSERT(strcmp(hb_buf_text(&text), hb_buf_text(&again)) == 0);
    HB_ASSERT(hb_baseline_check(baseline, &back, NULL) == 0);
    HB_ASSERT(hb_baseline_match(baseline, &back, arena).count == baseline->cells_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    struct hb_baseline baseline;

    hb_arena_init(&arena);
    hb_buf_init(&text, size + 1);
    hb_buf_append(&text, data, size);
    if (parse(hb_buf_text(&text), size, &arena, &baseline) == 0)
        check_accepted(&baseline, &arena);
    return 0;
}
