/*
 * Prints what is generated from the field tables: `hb-docgen schema` or `hb-docgen reference`.
 * `hb-docgen check FILE` reads a scenario against the tests' registry and shows what is wrong with
 * it; the exit code is 0 or 2. Not installed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static int print(void (*put)(struct hb_buf *ret))
{
    struct hb_buf text;

    hb_buf_init(&text, 1 << 20);
    put(&text);
    fputs(hb_buf_text(&text), stdout);
    hb_buf_release(&text);
    return 0;
}

static int check(const char *path, const char *const *sets)
{
    struct loaded loaded;
    char *text;
    int result;

    load_file(&loaded, path, sets);
    text = rendered(&loaded);
    result = loaded.scenario != NULL ? 0 : 2;
    fputs(text, stderr);
    if (result != 0)
        fputs(loaded.err.message, stderr);
    free(text);
    loaded_release(&loaded);
    return result;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "schema") == 0)
        return print(hb_scenario_put_schema);
    if (argc == 2 && strcmp(argv[1], "reference") == 0)
        return print(hb_scenario_put_reference);
    if (argc >= 3 && strcmp(argv[1], "check") == 0)
        return check(argv[2], (const char *const *)argv + 3);
    fputs("usage: hb-docgen schema | reference | check FILE [KEY=VALUE]…\n", stderr);
    return 2;
}
