/*
 * A scenario of arbitrary bytes. It is either refused with a diagnostic that can be shown, or it is
 * whole: no axis is empty, every include points into them, and the tree printed as YAML means the
 * same when it is read again.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/scenario/fixture.h"
#include "base/assert.h"
#include "config/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_axes(const struct hb_scenario *scenario)
{
    HB_ASSERT(scenario->servers_count > 0 && scenario->clients_count > 0);
    HB_ASSERT(scenario->urls_count > 0 && scenario->methods != 0);
    HB_ASSERT(scenario->concurrency_count > 0 && scenario->durations_count > 0);
    HB_ASSERT(scenario->rates_count > 0 && scenario->protocols_count > 0);
    for (size_t i = 0; i < scenario->clients_count; i++)
        HB_ASSERT(scenario->clients[i].entry != NULL);
    for (size_t i = 0; i < scenario->urls_count; i++)
        HB_ASSERT(scenario->urls[i].requests_count > 0 && scenario->urls[i].methods != 0);
    for (size_t i = 0; i < scenario->includes_count; i++) {
        const struct hb_include *include = &scenario->includes[i];

        HB_ASSERT(include->client < scenario->clients_count);
        HB_ASSERT(include->url < scenario->urls_count);
        HB_ASSERT(include->concurrency < scenario->concurrency_count);
    }
}

static void check_printing(const struct hb_scenario *scenario, struct hb_diags *diags)
{
    struct hb_document again;
    struct hb_buf yaml;
    int result;

    hb_document_init(&again, NULL);
    hb_buf_init(&yaml, SIZE_MAX / 4);
    hb_node_print_yaml(scenario->root, &yaml);
    if (yaml.length <= HB_YAML_MAX_BYTES) { /* aliases are written out, so it may be longer */
        result = hb_document_parse(&again, "again", hb_buf_text(&yaml), yaml.length,
                                   HB_DOCUMENT_ENVIRONMENT, NULL, 0, diags);
        HB_ASSERT(result == 0);
        HB_ASSERT(strcmp(hb_node_canonical(&diags->arena, scenario->root, false),
                         hb_node_canonical(&diags->arena, again.root, false)) == 0);
    }
    hb_buf_release(&yaml);
    hb_document_release(&again);
}

static void check_refusal(struct loaded *loaded)
{
    char *text = rendered(loaded);

    HB_ASSERT(hb_diags_total(&loaded->diags) > 0);
    HB_ASSERT(strstr(text, "error: ") != NULL);
    for (const char *c = text; *c != '\0'; c++)
        HB_ASSERT((unsigned char)*c >= ' ' || *c == '\n');
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct loaded loaded;

    load_bytes(&loaded, (const char *)data, size);
    if (loaded.scenario == NULL) {
        check_refusal(&loaded);
    } else {
        check_axes(loaded.scenario);
        check_printing(loaded.scenario, &loaded.diags);
    }
    loaded_release(&loaded);
    return 0;
}
