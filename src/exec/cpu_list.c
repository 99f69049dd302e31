/* Reading and writing CPU lists. Which CPUs exist or are allowed is placement's question. */
#include "exec/cpu_list.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>

/* A decimal number below CPU_SETSIZE at *text, which moves behind it; -1 when there is none. */
static int read_number(const char **text)
{
    int number = 0;

    if (!isdigit((unsigned char)**text))
        return -1;
    for (; isdigit((unsigned char)**text); ++*text) {
        number = number * 10 + (**text - '0');
        if (number >= CPU_SETSIZE)
            return -1;
    }
    return number;
}

/* "3" or "0-1" at *text. */
static bool read_range(const char **text, cpu_set_t *cpus)
{
    int first = read_number(text);
    int last = first;

    if (first >= 0 && **text == '-') {
        ++*text;
        last = read_number(text);
    }
    if (first < 0 || last < first)
        return false;
    for (int cpu = first; cpu <= last; ++cpu) {
        if (CPU_ISSET(cpu, cpus))
            return false;
        CPU_SET(cpu, cpus);
    }
    return true;
}

int hb_cpu_list_parse(const char *text, cpu_set_t *ret_cpus, struct hb_error *err)
{
    const char *next = text;
    cpu_set_t cpus;

    CPU_ZERO(&cpus);
    while (read_range(&next, &cpus)) {
        if (*next == '\0') {
            *ret_cpus = cpus;
            return 0;
        }
        if (*next++ != ',')
            break;
    }
    return hb_fail(
        err, HB_ERR_INPUT,
        "\"%.64s\" is not a list of CPUs such as \"0-1,3\" (numbers below %d, each once)", text,
        CPU_SETSIZE);
}

int hb_cpu_list_format(const cpu_set_t *cpus, char text[HB_CPU_LIST_BYTES], struct hb_error *err)
{
    size_t used = 0;

    text[0] = '\0';
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        int last = cpu;
        char range[32];
        int length;

        if (!CPU_ISSET(cpu, cpus))
            continue;
        while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, cpus))
            ++last;
        length = snprintf(range, sizeof range, last > cpu ? "%s%d-%d" : "%s%d", used > 0 ? "," : "",
                          cpu, last);
        if (used + (size_t)length >= HB_CPU_LIST_BYTES)
            return hb_fail(err, HB_ERR_LIMIT, "the list of CPUs is longer than %d characters",
                           HB_CPU_LIST_BYTES - 1);
        used += (size_t)snprintf(text + used, HB_CPU_LIST_BYTES - used, "%s", range);
        cpu = last;
    }
    return 0;
}
