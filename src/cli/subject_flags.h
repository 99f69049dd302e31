/* The flags by which subjects are given beside a scenario: --base SPEC, --head-install SPEC, … */
#ifndef HB_CLI_SUBJECT_FLAGS_H
#define HB_CLI_SUBJECT_FLAGS_H

#include "cli/cli.h"

/* What one subject is, by flags. */
struct hb_subject_flags {
    const char *whole; /* --base */
    const char *python;
    struct hb_strings install, environment;
};

/* The rows of `side` ("base", "head"), whose flags lie `at` this offset of the options struct. */
#define HB_OPTIONS_SUBJECT(at, side, what)                                                         \
    {side,                                                                                         \
     0,                                                                                            \
     HB_VALUE_STRING,                                                                              \
     (at) + offsetof(struct hb_subject_flags, whole),                                              \
     "SPEC",                                                                                       \
     0,                                                                                            \
     0,                                                                                            \
     NULL,                                                                                         \
     what ": a version, git:REF, a path, a URL, or a mapping in YAML"},                            \
        {side "-install",                                                                          \
         0,                                                                                        \
         HB_VALUE_STRINGS,                                                                         \
         (at) + offsetof(struct hb_subject_flags, install),                                        \
         "SPEC",                                                                                   \
         0,                                                                                        \
         0,                                                                                        \
         NULL,                                                                                     \
         "A package that the " side " has installed: httpx==0.27.2"},                              \
        {side "-python",                                                                           \
         0,                                                                                        \
         HB_VALUE_STRING,                                                                          \
         (at) + offsetof(struct hb_subject_flags, python),                                         \
         "PATH",                                                                                   \
         0,                                                                                        \
         0,                                                                                        \
         NULL,                                                                                     \
         "The interpreter of the " side},                                                          \
    {                                                                                              \
        side "-env", 0, HB_VALUE_STRINGS, (at) + offsetof(struct hb_subject_flags, environment),   \
            "NAME=VALUE", 0, 0, NULL, "A variable in the environment of the " side                 \
    }

/* What the flags say of a subject, appended to `list`, which has room for
 * hb_subject_flags_count(). */
size_t hb_subject_flags_count(const struct hb_subject_flags *flags);
size_t hb_subject_flags_put(const struct hb_subject_flags *flags, const char *name,
                            struct hb_subject_override *list);

#endif
