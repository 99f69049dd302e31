/* Flags to patches. */
#include "cli/subject_flags.h"

size_t hb_subject_flags_count(const struct hb_subject_flags *flags)
{
    return (flags->whole != NULL) + (flags->python != NULL) + flags->install.count +
           flags->environment.count;
}

static size_t put_all(const struct hb_strings *values, struct hb_subject_override what,
                      struct hb_subject_override *list)
{
    for (size_t i = 0; i < values->count; i++) {
        list[i] = what;
        list[i].value = values->items[i];
    }
    return values->count;
}

size_t hb_subject_flags_put(const struct hb_subject_flags *flags, const char *name,
                            struct hb_subject_override *list)
{
    const struct hb_strings whole = {.items = (const char *[]){flags->whole},
                                     .count = flags->whole != NULL};
    const struct hb_strings python = {.items = (const char *[]){flags->python},
                                      .count = flags->python != NULL};
    const struct {
        const char *key;
        const struct hb_strings *values;
    } parts[] = {
        {NULL, &whole},
        {"install", &flags->install},
        {"python", &python},
        {"env", &flags->environment},
    };
    size_t count = 0;

    for (size_t i = 0; i < HB_ARRAY_LEN(parts); i++)
        count += put_all(parts[i].values,
                         (struct hb_subject_override){
                             .flag = name,
                             .name = name,
                             .key = parts[i].key,
                         },
                         list + count);
    return count;
}
