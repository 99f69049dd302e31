/* Arenas: alignment, zeroes, growth. */
#include "../test.h"

#include "base/arena.h"
#include "base/rng.h"

static void every_object_is_aligned_and_zeroed(HB_UNUSED void **state)
{
    struct hb_rng rng = {1};
    struct hb_arena arena;

    hb_arena_init(&arena);
    for (int i = 0; i < 10000; i++) {
        size_t bytes = hb_rng_below(&rng, i % 100 == 0 ? 300000 : 200);
        unsigned char *memory = hb_arena_alloc(&arena, bytes);

        assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
        for (size_t at = 0; at < bytes; at++)
            assert_int_equal(memory[at], 0);
        memset(memory, 0xFF, bytes);
    }
    hb_arena_release(&arena);
}

static void objects_do_not_overlap(HB_UNUSED void **state)
{
    struct hb_arena arena;
    char *texts[500];

    hb_arena_init(&arena);
    for (int i = 0; i < 500; i++)
        texts[i] = hb_arena_printf(&arena, "%d:%0*d", i, i, 0);
    for (int i = 0; i < 500; i++)
        assert_int_equal(atoi(texts[i]), i);
    hb_arena_release(&arena);
}

static void a_released_arena_can_be_used_again(HB_UNUSED void **state)
{
    struct hb_arena arena;

    hb_arena_init(&arena);
    hb_arena_strdup(&arena, "one");
    hb_arena_release(&arena);
    assert_int_equal(arena.total_bytes, 0);
    assert_string_equal(hb_arena_strndup(&arena, "twofold", 3), "two");
    hb_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_object_is_aligned_and_zeroed),
        cmocka_unit_test(objects_do_not_overlap),
        cmocka_unit_test(a_released_arena_can_be_used_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
