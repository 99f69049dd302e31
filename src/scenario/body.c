/* Request bodies: a text in the scenario, or a file beside it. */
#include <string.h>
#include <xxhash.h>

#include "scenario/load.h"

/* Bodies live in memory until the sweep ends, so there is a limit on all of them together. */
static int account(struct hb_loading *loading, size_t bytes, struct hb_place place)
{
    loading->body_bytes += bytes;
    if (loading->body_bytes <= HB_BODIES_MAX_BYTES)
        return 0;
    return hb_diag(loading->diags, place, "more than the limit of %u bytes of bodies in all",
                   HB_BODIES_MAX_BYTES);
}

static int read_file(struct hb_loading *loading, const char *path, struct hb_place place,
                     struct hb_body *ret)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf buf;
    struct hb_error err = {0};

    hb_buf_init(&buf, HB_BODY_MAX_BYTES);
    if (hb_buf_read_file(&buf, path, &err) != 0)
        return hb_diag(loading->diags, place, "cannot read the body: %s", err.message);
    if (account(loading, buf.length, place) != 0)
        return -1;
    ret->data = hb_arena_strndup(loading->arena, hb_buf_text(&buf), buf.length);
    ret->bytes = buf.length;
    ret->hash = XXH3_64bits(ret->data, ret->bytes);
    return 0;
}

int hb_load_body(struct hb_loading *loading, const struct hb_node *text, const char *file,
                 struct hb_place place, struct hb_body *ret)
{
    *ret = (struct hb_body){0};
    if (text != NULL && file != NULL)
        return hb_diag(loading->diags, place, "'body' and 'body_file' exclude each other");
    if (file != NULL)
        return read_file(loading, file, place, ret);
    if (text == NULL)
        return 0;
    ret->data = text->text;
    ret->bytes = strlen(text->text);
    ret->hash = XXH3_64bits(hb_node_public_text(text), strlen(hb_node_public_text(text)));
    return account(loading, ret->bytes, place);
}
