/*
 * From a file to a tree: read, parse, follow `extends`, apply overrides, expand variables. All the
 * limits on what may be read are here; each is named in the error that reports it.
 */
#ifndef HB_CONFIG_DOCUMENT_H
#define HB_CONFIG_DOCUMENT_H

#include <stddef.h>

#include "base/arena.h"
#include "config/diag.h"
#include "config/node.h"

#define HB_YAML_MAX_BYTES (1u << 20)
#define HB_YAML_MAX_DEPTH 32
#define HB_YAML_MAX_NODES 200000 /* after aliases are expanded */
#define HB_YAML_MAX_SCALAR_BYTES (256u << 10)
#define HB_EXTENDS_MAX_DEPTH 16

enum hb_document_features {
    HB_DOCUMENT_PLAIN = 0,
    HB_DOCUMENT_EXTENDS = 1,     /* `extends: other.yaml` at the top level */
    HB_DOCUMENT_ENVIRONMENT = 2, /* ${VAR}, ${VAR:-default}, ${VAR:?message}, $$ in values */
};

struct hb_document {
    struct hb_arena *arena; /* the caller's; NULL: `own` */
    struct hb_arena own;
    struct hb_node *root; /* NULL until loaded */
};

/* `arena` NULL: the tree lives until hb_document_release(). */
void hb_document_init(struct hb_document *document, struct hb_arena *arena);
void hb_document_release(struct hb_document *document);

/*
 * Load one file ("-": standard input). `overrides` are "dotted.key=value" texts (--set), applied
 * before variables are expanded. Problems go to `diags`; returns -1 when there were any (root may
 * then still be set, for what else can be checked in it), 0 otherwise.
 */
int hb_document_load(struct hb_document *document, const char *path, unsigned features,
                     const char *const *overrides, size_t override_count,
                     struct hb_diags *diags) HB_MUST_CHECK;

/* As above for a text in memory; `name` stands for the file in diagnostics. */
int hb_document_parse(struct hb_document *document, const char *name, const char *text,
                      size_t length, unsigned features, const char *const *overrides,
                      size_t override_count, struct hb_diags *diags) HB_MUST_CHECK;

/* A path written in a source, seen from the working directory: beside the file that wrote it. */
const char *hb_path_beside(struct hb_arena *arena, const struct hb_source *source,
                           const char *path);

#endif
