/* Programming errors stop the program in every build, release included. */
#ifndef HB_BASE_ASSERT_H
#define HB_BASE_ASSERT_H

#define HB_ASSERT(condition)                                                                       \
    ((condition) ? (void)0 : hb_assert_failed(#condition, __FILE__, __LINE__))

_Noreturn void hb_assert_failed(const char *condition, const char *file, int line);

#endif
