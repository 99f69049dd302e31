#include "cli/notices.h"

#include <string.h>

#define NOTICES_MAX 50

struct hb_strings hb_notices_new(struct hb_cli *cli)
{
    return (struct hb_strings){
        .items = hb_arena_calloc(&cli->arena, NOTICES_MAX + 1, sizeof(const char *))};
}

void hb_notices_add(struct hb_strings *notices, const char *text)
{
    for (size_t i = 0; i < notices->count; i++) {
        if (strcmp(notices->items[i], text) == 0)
            return;
    }
    if (notices->count < NOTICES_MAX)
        notices->items[notices->count++] = text;
}
