/* Usage: print_sample SAMPLE FORMAT: what a made-up comparison is printed as, for those who judge
 * our formats by their own rules. */
#include <stdio.h>
#include <string.h>

#include "../../unit/report/comparison_sample.h"

static int print(enum hb_made_up sample, const struct hb_comparison_format *format)
{
    struct hb_secrets secrets;
    struct hb_comparison_report report;
    struct hb_arena arena;
    int result;

    hb_arena_init(&arena);
    hb_secrets_init(&secrets);
    hb_secrets_add(&secrets, HB_SECRET);
    report = hb_made_up_report(sample, &arena);
    report.secrets = &secrets;
    result = hb_comparison_write(&report, format, "-", NULL);
    hb_secrets_release(&secrets);
    hb_arena_release(&arena);
    return result == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    const struct hb_comparison_format *format =
        argc == 3 ? hb_comparison_format_find(argv[2]) : NULL;

    for (int sample = 0; format != NULL && sample < HB_MADE_UPS; sample++) {
        if (strcmp(hb_made_up_name((enum hb_made_up)sample), argv[1]) == 0)
            return print((enum hb_made_up)sample, format);
    }
    fputs("usage: print_sample SAMPLE FORMAT\n", stderr);
    return 2;
}
