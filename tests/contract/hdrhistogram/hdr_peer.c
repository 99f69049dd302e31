/*
 * Our side of the comparison with another HdrHistogram implementation (run.py):
 *
 *     hdr_peer encode        values, one a line, on standard input; the encoding on standard output
 *     hdr_peer decode        an encoding on standard input; what it holds as JSON
 *     hdr_peer store PATH    a results database with finished runs
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "fixture.h"

static int complain(const struct hb_error *err)
{
    fprintf(stderr, "hdr_peer: %s\n", err->message);
    return 1;
}

static int encode(struct hb_hist *hist)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf bytes;
    struct hb_error err = {0};
    int64_t value_ns;

    while (scanf("%" SCNd64, &value_ns) == 1)
        hb_hist_add(hist, value_ns);
    hb_buf_init(&bytes, HB_HIST_ENCODED_MAX_BYTES);
    if (hb_hist_encode(hist, &bytes, &err) != 0)
        return complain(&err);
    return fwrite(bytes.data, bytes.length, 1, stdout) == 1 ? 0 : 1;
}

static int decode(struct hb_hist *hist)
{
    static const double percentiles[] = {0, 25, 50, 90, 95, 99, 99.9, 99.99, 100};
    static char bytes[HB_HIST_ENCODED_MAX_BYTES];
    size_t length = fread(bytes, 1, sizeof(bytes), stdin);
    struct hb_error err = {0};

    if (hb_hist_decode(hist, bytes, length, &err) != 0)
        return complain(&err);
    printf("{\"count\": %" PRIu64 ", \"percentiles\": {", hist->count);
    for (size_t i = 0; i < HB_ARRAY_LEN(percentiles); i++)
        printf("%s\"%g\": %" PRId64, i == 0 ? "" : ", ", percentiles[i],
               hb_hist_quantile(hist, percentiles[i] / 100));
    printf("}}\n");
    return 0;
}

static int make_store(const char *path)
{
    struct fixture fixture;
    struct hb_store *store;
    int64_t sweep_id;

    fixture_init(&fixture);
    snprintf(fixture.path, sizeof(fixture.path), "%s", path);
    store = fixture_open(&fixture, HB_STORE_WRITE);
    sweep_id = fixture_begin(&fixture, store);
    for (size_t run = 0; run < FIXTURE_RUNS; run++)
        fixture_save(&fixture, store, sweep_id, run);
    hb_store_close(store);
    hb_arena_release(&fixture.arena);
    return rmdir(fixture.folder);
}

int main(int argc, char **argv)
{
    HB_CLEANUP(hb_hist_release) struct hb_hist hist = {0};

    if (argc == 3 && strcmp(argv[1], "store") == 0)
        return make_store(argv[2]);
    hb_hist_init(&hist);
    if (argc == 2 && strcmp(argv[1], "encode") == 0)
        return encode(&hist);
    if (argc == 2 && strcmp(argv[1], "decode") == 0)
        return decode(&hist);
    fprintf(stderr, "usage: hdr_peer encode|decode|store PATH\n");
    return 2;
}
