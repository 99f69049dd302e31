/*
 * A registry file of arbitrary bytes. It is either refused with a diagnostic, or its entry is
 * whole: every text is there, and both of its command templates become argument vectors.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/assert.h"
#include "config/document.h"
#include "registry/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_entry(const struct hb_entry *entry, struct hb_arena *arena)
{
    const struct hb_registry registry = {.arena = arena, .env_dir = "/env"};
    char **argv;

    HB_ASSERT(entry->summary != NULL && entry->language != NULL && entry->install_kind != NULL);
    HB_ASSERT(hb_registry_command(&registry, entry, entry->command, HB_MODE_SYNC, arena, &argv,
                                  NULL) == 0);
    HB_ASSERT(hb_registry_command(&registry, entry, entry->version_command, HB_MODE_ASYNC, arena,
                                  &argv, NULL) == 0);
    for (size_t i = 0; i < entry->limits_count; i++)
        HB_ASSERT(entry->limits[i].why != NULL);
    for (size_t i = 0; i < entry->options_count; i++)
        HB_ASSERT(entry->options[i].default_json != NULL && entry->options[i].help != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hb_document document;
    struct hb_entry entry;
    struct hb_arena arena;
    struct hb_diags diags;

    hb_arena_init(&arena);
    hb_diags_init(&diags);
    hb_document_init(&document, NULL);
    if (hb_document_parse(&document, "thing.yaml", (const char *)data, size, HB_DOCUMENT_PLAIN,
                          NULL, 0, &diags) == 0 &&
        hb_entry_read(document.root, HB_ENTRY_CLIENT, "thing", "thing.yaml", &arena, &diags,
                      &entry) == 0)
        check_entry(&entry, &arena);
    else
        HB_ASSERT(hb_diags_total(&diags) > 0);
    hb_document_release(&document);
    hb_diags_release(&diags);
    hb_arena_release(&arena);
    return 0;
}
