/* The encoding: there and back, and nothing that a hostile file may hold gets through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/macros.h"
#include "base/rng.h"
#include "measure/hist.h"
#include "measure/hist_layout.h"

#define PLAIN_BYTES 512

static void fill(struct hb_hist *hist, unsigned count)
{
    struct hb_rng rng = {.state = count};

    for (unsigned i = 0; i < count; i++)
        hb_hist_add(hist, (int64_t)hb_rng_below(&rng, 1u << (1 + hb_rng_below(&rng, 31))));
}

static void check_round_trip(const struct hb_hist *hist)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist back;
    HB_CLEANUP(hb_buf_release) struct hb_buf bytes;
    struct hb_error err = {0};

    hb_hist_init(&back);
    fill(&back, 3); /* must not show */
    hb_buf_init(&bytes, HB_HIST_ENCODED_MAX_BYTES);
    assert_int_equal(hb_hist_encode(hist, &bytes, &err), 0);
    assert_int_equal(hb_hist_decode(&back, bytes.data, bytes.length, &err), 0);
    assert_int_equal(back.count, hist->count);
    assert_memory_equal(back.counts, hist->counts, HB_HIST_BUCKETS * sizeof(*back.counts));
    for (unsigned percent = 0; percent < 100; percent++) {
        int64_t want = hb_hist_quantile(hist, percent / 100.0);

        assert_true(hb_hist_quantile(&back, percent / 100.0) - want <= want / 1000 + 1);
    }
}

static void what_is_encoded_decodes_to_the_same_counts(void **state)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist hist;

    (void)state;
    hb_hist_init(&hist);
    check_round_trip(&hist);
    fill(&hist, 1);
    check_round_trip(&hist);
    fill(&hist, 50000);
    check_round_trip(&hist);
    hb_hist_clear(&hist);
    hb_hist_add(&hist, HB_HIST_MAX_NS);
    check_round_trip(&hist);
}

static void the_largest_possible_histogram_fits(void **state)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist hist;
    struct hb_rng rng = {.state = 1};

    (void)state;
    hb_hist_init(&hist);
    hb_hist_add(&hist, 0);
    hb_hist_add(&hist, HB_HIST_MAX_NS);
    hist.count = 0;
    for (size_t i = 0; i <= hb_hist_index(HB_HIST_MAX_NS); i++) {
        hist.counts[i] = hb_rng_below(&rng, 1u << 31) << 16;
        hist.count += hist.counts[i];
    }
    check_round_trip(&hist);
}

static void a_buffer_that_is_too_small_is_an_error(void **state)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist hist;
    HB_CLEANUP(hb_buf_release) struct hb_buf bytes;
    struct hb_error err = {0};

    (void)state;
    hb_hist_init(&hist);
    hb_buf_init(&bytes, 10);
    assert_int_equal(hb_hist_encode(&hist, &bytes, &err), -1);
    assert_int_equal(err.code, HB_ERR_LIMIT);
}

/* ---- hostile input ---- */

struct blob {
    uint8_t plain[PLAIN_BYTES]; /* header and payload */
    size_t plain_bytes;
};

/* A correct header for `payload`. */
static struct blob blob_with(const void *payload, size_t payload_bytes)
{
    static const uint8_t header[40] = {
        0x1c, 0x84, 0x93, 0x13, 0, 0, 0, 0,    0,    0,    0,    0, 0,    0,    0, 3, 0, 0, 0, 0,
        0,    0,    0,    1,    0, 0, 3, 0x46, 0x30, 0xb8, 0xa0, 0, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0};
    struct blob blob = {.plain_bytes = sizeof(header) + payload_bytes};

    memcpy(blob.plain, header, sizeof(header));
    blob.plain[7] = (uint8_t)payload_bytes;
    memcpy(blob.plain + sizeof(header), payload, payload_bytes);
    return blob;
}

static size_t pack(const struct blob *blob, uint8_t packed[2 * PLAIN_BYTES])
{
    uLongf length = 2 * PLAIN_BYTES - 8;

    assert_int_equal(compress(packed + 8, &length, blob->plain, blob->plain_bytes), Z_OK);
    memcpy(packed, "\x1c\x84\x93\x14\0\0\0\0", 8);
    packed[6] = (uint8_t)(length >> 8);
    packed[7] = (uint8_t)length;
    return 8 + length;
}

static int decode(const struct blob *blob, struct hb_hist *hist, struct hb_error *err)
{
    uint8_t packed[2 * PLAIN_BYTES];
    size_t length = pack(blob, packed);

    return hb_hist_decode(hist, packed, length, err);
}

static void check_refused(const struct blob *blob, const char *part_of_message)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist hist;
    struct hb_error err = {0};

    hb_hist_init(&hist);
    assert_int_equal(decode(blob, &hist, &err), -1);
    assert_int_equal(err.code, HB_ERR_INPUT);
    assert_non_null(strstr(err.message, part_of_message));
    assert_int_equal(hist.count, 0);
}

static void the_hand_made_header_is_accepted(void **state)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist hist;
    struct hb_error err = {0};
    struct blob blob = blob_with("\x05\x04", 2); /* -3: three empty slots, then a count of 2 */

    (void)state;
    hb_hist_init(&hist);
    assert_int_equal(decode(&blob, &hist, &err), 0);
    assert_int_equal(hist.count, 2);
    assert_int_equal(hist.min_ns, 3);
    assert_int_equal(hist.max_ns, 3);
    assert_true(hist.sum_ns == 6);
}

static void foreign_layouts_are_refused(void **state)
{
    static const struct {
        unsigned offset;
        uint8_t value;
        const char *message;
    } cases[] = {
        {0, 0x1d, "wrong header"},    {3, 0x03, "wrong header"}, {7, 3, "wrong header"},
        {11, 1, "another layout"},    {15, 2, "another layout"}, {23, 2, "another layout"},
        {33, 0xf8, "another layout"},
    };

    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        struct blob blob = blob_with("\x02\x02", 2);

        blob.plain[cases[i].offset] = cases[i].value;
        check_refused(&blob, cases[i].message);
    }
}

static void broken_payloads_are_refused(void **state)
{
    struct blob no_header = {.plain_bytes = 12};
    struct blob open_number = blob_with("\x02\x80", 2);
    struct blob long_skip = blob_with("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10);
    struct blob too_many = blob_with("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10);
    struct blob above_an_hour = blob_with("\x9b\x90\x04\x02", 4); /* skip 33,806 slots */

    (void)state;
    check_refused(&no_header, "within its header");
    check_refused(&open_number, "within a number");
    check_refused(&long_skip, "above one hour");
    check_refused(&too_many, "2^63");
    check_refused(&above_an_hour, "above one hour");
}

static void truncated_and_flipped_bytes_never_pass_unnoticed(void **state)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist hist, back;
    HB_CLEANUP(hb_buf_release) struct hb_buf bytes;
    struct hb_error err = {0};

    (void)state;
    hb_hist_init(&hist);
    hb_hist_init(&back);
    fill(&hist, 40);
    hb_buf_init(&bytes, HB_HIST_ENCODED_MAX_BYTES);
    assert_int_equal(hb_hist_encode(&hist, &bytes, &err), 0);
    for (size_t length = 0; length < bytes.length; length++)
        assert_int_equal(hb_hist_decode(&back, bytes.data, length, &err), -1);
    for (size_t i = 0; i < bytes.length;
         i++) { /* zlib's checksum catches what the header does not */
        bytes.data[i] ^= 0x41;
        if (hb_hist_decode(&back, bytes.data, bytes.length, &err) == 0)
            assert_memory_equal(back.counts, hist.counts, HB_HIST_BUCKETS * sizeof(*back.counts));
        bytes.data[i] ^= 0x41;
    }
}

static void a_bomb_ends_at_the_limit(void **state)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist hist;
    struct hb_error err = {0};
    uLongf length = 100000;
    size_t plain_bytes = 50000000;
    uint8_t *plain = calloc(plain_bytes, 1), *packed = calloc(length + 8, 1);

    (void)state;
    hb_hist_init(&hist);
    assert_int_equal(compress(packed + 8, &length, plain, plain_bytes), Z_OK);
    memcpy(packed, "\x1c\x84\x93\x14", 4);
    packed[5] = (uint8_t)(length >> 16);
    packed[6] = (uint8_t)(length >> 8);
    packed[7] = (uint8_t)length;
    assert_int_equal(hb_hist_decode(&hist, packed, length + 8, &err), -1);
    assert_non_null(strstr(err.message, "inflate"));
    free(plain);
    free(packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_encoded_decodes_to_the_same_counts),
        cmocka_unit_test(the_largest_possible_histogram_fits),
        cmocka_unit_test(a_buffer_that_is_too_small_is_an_error),
        cmocka_unit_test(the_hand_made_header_is_accepted),
        cmocka_unit_test(foreign_layouts_are_refused),
        cmocka_unit_test(broken_payloads_are_refused),
        cmocka_unit_test(truncated_and_flipped_bytes_never_pass_unnoticed),
        cmocka_unit_test(a_bomb_ends_at_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
