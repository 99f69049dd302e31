/* SANITIZED: this is a build with AddressSanitizer, whose shadow memory counts as resident, and
 * whose programs do not run under valgrind. */
#ifndef HB_TESTS_SANITIZED_H
#define HB_TESTS_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#endif
