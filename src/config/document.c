/* Loading: one file, the files it extends, the overrides, the variables; in that order. */
#include "config/document.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "config/expand.h"
#include "config/merge.h"
#include "config/override.h"
#include "config/yaml.h"

/* A file being read, and by which file it was named: the chain tells a cycle. */
struct link {
    const struct link *named_by;
    const char *path;
    dev_t device;
    ino_t inode;
    unsigned depth;
};

struct loader {
    struct hb_arena *arena;
    struct hb_diags *diags;
    unsigned features;
    size_t node_count; /* over all files and overrides */
    size_t found_before;
};

void hb_document_init(struct hb_document *document, struct hb_arena *arena)
{
    *document = (struct hb_document){.arena = arena};
    hb_arena_init(&document->own);
}

void hb_document_release(struct hb_document *document)
{
    hb_arena_release(&document->own);
    document->root = NULL;
}

static const char *directory_of(struct hb_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return ".";
    return hb_arena_strndup(arena, path, slash == path ? 1 : (size_t)(slash - path));
}

const char *hb_path_beside(struct hb_arena *arena, const struct hb_source *source, const char *path)
{
    if (path[0] == '/' || source == NULL || strcmp(source->directory, ".") == 0)
        return hb_arena_strdup(arena, path);
    return hb_arena_printf(arena, "%s/%s", source->directory, path);
}

static const struct hb_source *new_source(struct hb_arena *arena, const char *path,
                                          const char *text, size_t length)
{
    struct hb_source *source = hb_arena_alloc(arena, sizeof *source);

    source->directory = directory_of(arena, path);
    source->text = hb_arena_strndup(arena, text, length);
    source->length = length;
    return source;
}

/* "a.yaml → b.yaml", oldest first. */
static void put_chain(const struct link *link, struct hb_buf *ret)
{
    if (link->named_by != NULL) {
        put_chain(link->named_by, ret);
        hb_buf_puts(ret, " → ");
    }
    hb_buf_puts(ret, link->path);
}

static int check_chain(struct loader *loader, const struct link *link, struct hb_place place)
{
    for (const struct link *other = link->named_by; other != NULL; other = other->named_by) {
        struct hb_buf chain;

        if (other->device != link->device || other->inode != link->inode)
            continue;
        hb_buf_init(&chain, HB_DIAG_TEXT_BYTES);
        put_chain(link, &chain);
        hb_diag(loader->diags, place, "'extends' goes in a circle: %s", hb_buf_text(&chain));
        hb_buf_release(&chain);
        return -1;
    }
    if (link->depth >= HB_EXTENDS_MAX_DEPTH)
        return hb_diag(loader->diags, place, "'extends' deeper than the limit of %d files",
                       HB_EXTENDS_MAX_DEPTH);
    return 0;
}

static int read_link(struct loader *loader, struct link *link, struct hb_place place,
                     struct hb_node **ret_root);

/* Replace a tree by its base with the tree laid over it, when it names one. */
static int follow_extends(struct loader *loader, const struct link *link, struct hb_node **root)
{
    const struct hb_node *name = hb_node_get(*root, "extends");
    struct link base = {.named_by = link, .depth = link->depth + 1};
    struct hb_node *base_root = NULL;

    if (name == NULL || (loader->features & HB_DOCUMENT_EXTENDS) == 0)
        return 0;
    hb_node_unset(*root, "extends");
    if (name->kind != HB_NODE_STRING || *name->text == '\0')
        return hb_diag(loader->diags, name->place, "'extends': expected the path of a file, got %s",
                       name->kind == HB_NODE_STRING ? "''" : hb_node_kind_name(name->kind));
    if (strstr(name->text, "${") != NULL)
        return hb_diag(loader->diags, name->place, "'extends' takes no variables, got %s",
                       hb_quote(loader->diags, name->text));
    base.path = hb_path_beside(loader->arena, name->place.source, name->text);
    if (read_link(loader, &base, name->place, &base_root) != 0)
        return -1;
    HB_ASSERT(base_root != NULL);
    hb_merge_over(loader->arena, base_root, *root);
    base_root->place = (*root)->place;
    *root = base_root;
    return 0;
}

static int parse_text(struct loader *loader, const struct link *link, const char *text,
                      size_t length, struct hb_node **ret_root)
{
    const struct hb_source *source = new_source(loader->arena, link->path, text, length);

    if (hb_yaml_parse(loader->arena, link->path, source, source->text, length, &loader->node_count,
                      loader->diags, ret_root) != 0)
        return -1;
    if ((*ret_root)->kind != HB_NODE_MAPPING)
        return hb_diag(loader->diags, (*ret_root)->place, "expected a mapping, got %s",
                       hb_node_kind_name((*ret_root)->kind));
    return follow_extends(loader, link, ret_root);
}

/* Standard input, with the same limit as files. */
static int read_stdin(struct hb_buf *buf, struct hb_error *err)
{
    char chunk[16384];
    ssize_t got;

    while ((got = read(STDIN_FILENO, chunk, sizeof chunk)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return hb_fail_errno(err, errno, "standard input");
        hb_buf_append(buf, chunk, (size_t)got);
        if (buf->overflowed)
            return hb_fail(err, HB_ERR_LIMIT, "standard input: larger than the limit of %zu bytes",
                           buf->maximum);
    }
    return 0;
}

/* Read a file into a tree; `place` is where it was named, for what is wrong with the file itself.
 */
static int read_link(struct loader *loader, struct link *link, struct hb_place place,
                     struct hb_node **ret_root)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    struct hb_error err = {0};
    struct stat info;

    hb_buf_init(&text, HB_YAML_MAX_BYTES);
    if (stat(link->path, &info) == 0) {
        link->device = info.st_dev;
        link->inode = info.st_ino;
        if (check_chain(loader, link, place) != 0)
            return -1;
    }
    if (hb_buf_read_file(&text, link->path, &err) != 0)
        return hb_diag(loader->diags, place, "cannot read %s", err.message);
    return parse_text(loader, link, hb_buf_text(&text), text.length, ret_root);
}

/* What comes after the files have been merged. */
static int finish(struct loader *loader, struct hb_document *document, struct hb_node *root,
                  const char *const *overrides, size_t override_count)
{
    int result = 0;

    document->root = root;
    for (size_t i = 0; i < override_count; i++) {
        if (hb_override_apply(loader->arena, root, overrides[i], &loader->node_count,
                              loader->diags) != 0)
            result = -1;
    }
    if ((loader->features & HB_DOCUMENT_EXTENDS) != 0 && hb_node_get(root, "extends") != NULL)
        result = hb_diag(loader->diags, hb_node_place(root, "extends"),
                         "'extends' can only be written in a file");
    if ((loader->features & HB_DOCUMENT_ENVIRONMENT) != 0 &&
        hb_expand_variables(loader->arena, root, loader->diags) != 0)
        result = -1;
    return hb_diags_total(loader->diags) > loader->found_before ? -1 : result;
}

static struct hb_arena *arena_of(struct hb_document *document)
{
    return document->arena != NULL ? document->arena : &document->own;
}

static struct loader new_loader(struct hb_document *document, unsigned features,
                                struct hb_diags *diags)
{
    return (struct loader){.arena = arena_of(document),
                           .diags = diags,
                           .features = features,
                           .found_before = hb_diags_total(diags)};
}

int hb_document_parse(struct hb_document *document, const char *name, const char *text,
                      size_t length, unsigned features, const char *const *overrides,
                      size_t override_count, struct hb_diags *diags)
{
    struct loader loader = new_loader(document, features, diags);
    struct link link = {.path = hb_arena_strdup(arena_of(document), name)};
    struct hb_node *root = NULL;

    if (length > HB_YAML_MAX_BYTES)
        return hb_diag(diags, (struct hb_place){.file = name}, "larger than the limit of %u bytes",
                       HB_YAML_MAX_BYTES);
    if (parse_text(&loader, &link, text, length, &root) != 0)
        return -1;
    return finish(&loader, document, root, overrides, override_count);
}

static int parse_stdin(struct hb_document *document, unsigned features,
                       const char *const *overrides, size_t override_count, struct hb_diags *diags)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    struct hb_error err = {0};

    hb_buf_init(&text, HB_YAML_MAX_BYTES);
    if (read_stdin(&text, &err) != 0)
        return hb_diag(diags, (struct hb_place){0}, "cannot read %s", err.message);
    return hb_document_parse(document, "standard input", hb_buf_text(&text), text.length, features,
                             overrides, override_count, diags);
}

int hb_document_load(struct hb_document *document, const char *path, unsigned features,
                     const char *const *overrides, size_t override_count, struct hb_diags *diags)
{
    struct loader loader = new_loader(document, features, diags);
    struct link link = {.path = hb_arena_strdup(arena_of(document), path)};
    struct hb_node *root = NULL;

    if (strcmp(path, "-") == 0)
        return parse_stdin(document, features, overrides, override_count, diags);
    if (read_link(&loader, &link, (struct hb_place){0}, &root) != 0)
        return -1;
    return finish(&loader, document, root, overrides, override_count);
}
