/* cmocka's setup and teardown for tests whose state is an arena. */
#ifndef HB_TESTS_ARENA_STATE_H
#define HB_TESTS_ARENA_STATE_H

#include "base/arena.h"

static inline int arena_setup(void **state)
{
    static struct hb_arena arena;

    hb_arena_init(&arena);
    *state = &arena;
    return 0;
}

static inline int arena_teardown(void **state)
{
    hb_arena_release(*state);
    return 0;
}

#endif
