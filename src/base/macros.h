/*
 * The few compiler extensions this project leans on: format checking,
 * must-check results and scope cleanup.
 */
#ifndef HB_BASE_MACROS_H
#define HB_BASE_MACROS_H

#include <stddef.h>

#define HB_PRINTF(format_index, first_index)                                                       \
    __attribute__((format(printf, format_index, first_index)))
#define HB_MUST_CHECK __attribute__((warn_unused_result))
#define HB_UNUSED __attribute__((unused))

/* Run `function(&variable)` when the variable leaves its scope. */
#define HB_CLEANUP(function) __attribute__((cleanup(function)))

#define HB_ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

/* Move a pointer out of a variable that has scope cleanup: the variable becomes NULL. */
#define HB_TAKE(pointer)                                                                           \
    ({                                                                                             \
        __typeof__(pointer) hb_taken_ = (pointer);                                                 \
        (pointer) = NULL;                                                                          \
        hb_taken_;                                                                                 \
    })

#define HB_NS_PER_US 1000LL
#define HB_NS_PER_MS 1000000LL
#define HB_NS_PER_S 1000000000LL

#endif
