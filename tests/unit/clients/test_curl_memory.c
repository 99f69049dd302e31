/* What libcurl is given for memory: whole, apart, reused, and malloc's where a home cannot serve.
 */
#include "clients/native/curl_memory.h"

#include <pthread.h>

#include "test_support.h"

enum { TRANSFERS = 3, BLOCKS = 200, STEPS = 20000, MANY = 4000 };

static int setup(void **state HB_UNUSED)
{
    hb_curl_memory_init(TRANSFERS);
    hb_curl_memory_enter(0);
    return 0;
}

static int teardown(void **state HB_UNUSED)
{
    hb_curl_memory_release();
    return 0;
}

struct model {
    unsigned char *memory;
    size_t bytes;
    unsigned char value;
};

static void check(const struct model *model)
{
    for (size_t i = 0; i < model->bytes; i++)
        if (model->memory[i] != model->value)
            fail_msg("byte %zu of %zu changed", i, model->bytes);
}

static size_t random_bytes(void)
{
    static const size_t limits[] = {40, 600, 3000, 20000, 60000};

    return (size_t)rand() % limits[(size_t)rand() % HB_ARRAY_LEN(limits)];
}

static void fill(struct model *model, unsigned char *memory, size_t bytes)
{
    assert_non_null(memory);
    assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
    *model = (struct model){memory, bytes, (unsigned char)rand()};
    memset(memory, model->value, bytes);
}

/* One of: take, take zeroed, grow or shrink, give back. */
static void step(struct model *model)
{
    size_t bytes = random_bytes(), kept = bytes < model->bytes ? bytes : model->bytes;
    unsigned char *memory;

    check(model);
    if (model->memory == NULL) {
        memory = rand() % 2 == 0 ? hb_curl_malloc(bytes) : hb_curl_calloc(1, bytes);
        fill(model, memory, bytes);
    } else if (rand() % 2 == 0) {
        memory = hb_curl_realloc(model->memory, bytes);
        model->memory = memory;
        model->bytes = kept;
        check(model);
        fill(model, memory, bytes);
    } else {
        hb_curl_free(model->memory);
        *model = (struct model){0};
    }
}

static void blocks_keep_what_is_in_them(void **state HB_UNUSED)
{
    struct model models[BLOCKS] = {{0}};

    srand(1);
    for (int i = 0; i < STEPS; i++) {
        hb_curl_memory_enter((size_t)rand() % TRANSFERS);
        step(&models[rand() % BLOCKS]);
    }
    for (int i = 0; i < BLOCKS; i++) {
        check(&models[i]);
        hb_curl_free(models[i].memory);
    }
}

static void a_block_is_zeroed_when_asked_for(void **state HB_UNUSED)
{
    char *first = hb_curl_malloc(100), *second;

    memset(first, 7, 100);
    hb_curl_free(first);
    second = hb_curl_calloc(10, 10);
    assert_ptr_equal(second, first); /* or the test shows nothing */
    for (int i = 0; i < 100; i++)
        assert_int_equal(second[i], 0);
    hb_curl_free(second);
}

static void a_transfer_s_blocks_lie_together(void **state HB_UNUSED)
{
    char *here = hb_curl_malloc(10), *buffer = hb_curl_malloc(16385), *next = hb_curl_malloc(10);
    char *there;

    hb_curl_memory_enter(1);
    there = hb_curl_malloc(10);
    assert_ptr_equal(next, here + 32);
    assert_true(buffer > next + 16384);
    assert_true(there > buffer + 16384);
    hb_curl_memory_expect(0);
    hb_curl_free(here);
    hb_curl_free(buffer);
    hb_curl_free(next);
    hb_curl_free(there);
}

static void a_full_home_is_no_failure(void **state HB_UNUSED)
{
    static char *blocks[MANY];

    for (int i = 0; i < MANY; i++) {
        blocks[i] = hb_curl_malloc(100);
        assert_non_null(blocks[i]);
        memset(blocks[i], i % 100, 100);
    }
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(blocks[i][0], i % 100);
        assert_int_equal(blocks[i][99], i % 100);
        hb_curl_free(blocks[i]);
    }
}

static void what_no_memory_can_hold_is_refused(void **state HB_UNUSED)
{
    char *memory = hb_curl_malloc(10);

    assert_null(hb_curl_malloc(SIZE_MAX));
    assert_null(hb_curl_calloc(SIZE_MAX / 2, 3));
    assert_null(hb_curl_realloc(memory, SIZE_MAX));
    hb_curl_free(memory);
    hb_curl_free(NULL);
}

static void text_is_copied(void **state HB_UNUSED)
{
    char *copy = hb_curl_strdup("text");

    assert_string_equal(copy, "text");
    hb_curl_free(copy);
}

static void *in_another_thread(void *block)
{
    char *own = hb_curl_malloc(10);

    hb_curl_free(block);
    return own;
}

/* A block given back there is not handed out again; one that was taken there can be given back. */
static void another_thread_uses_malloc(void **state HB_UNUSED)
{
    char *block = hb_curl_malloc(10), *again;
    void *theirs = NULL;
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, in_another_thread, block), 0);
    assert_int_equal(pthread_join(thread, &theirs), 0);
    again = hb_curl_malloc(10);
    assert_ptr_not_equal(again, block);
    hb_curl_free(theirs);
    hb_curl_free(again);
}

static void without_homes_it_is_malloc(void **state HB_UNUSED)
{
    char *memory = hb_curl_malloc(10);

    hb_curl_memory_enter(5);
    hb_curl_memory_expect(5);
    memory = hb_curl_realloc(memory, 100000);
    assert_non_null(memory);
    hb_curl_free(memory);
    hb_curl_memory_release();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(blocks_keep_what_is_in_them, setup, teardown),
        cmocka_unit_test_setup_teardown(a_block_is_zeroed_when_asked_for, setup, teardown),
        cmocka_unit_test_setup_teardown(a_transfer_s_blocks_lie_together, setup, teardown),
        cmocka_unit_test_setup_teardown(a_full_home_is_no_failure, setup, teardown),
        cmocka_unit_test_setup_teardown(what_no_memory_can_hold_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(text_is_copied, setup, teardown),
        cmocka_unit_test_setup_teardown(another_thread_uses_malloc, setup, teardown),
        cmocka_unit_test(without_homes_it_is_malloc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
