/*
 * One table of fields checks a JSON object and fills a struct from it. Unknown keys are ignored
 * (docs/worker-protocol.md asks for that); null counts as absent.
 */
#ifndef HB_CLIENTS_NATIVE_FIELDS_H
#define HB_CLIENTS_NATIVE_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

enum hb_field_kind {
    HB_FIELD_INT,    /* int64_t, within minimum and maximum */
    HB_FIELD_BOOL,   /* bool */
    HB_FIELD_STRING, /* const char *, in the arena */
};

struct hb_field {
    const char *name;
    size_t offset;
    int64_t minimum, maximum; /* HB_FIELD_INT */
    enum hb_field_kind kind;
    bool required;
};

/*
 * Fields that are absent leave the struct as it is, so the caller sets the defaults first.
 * `where` names the object in messages: "job.tls".
 */
int hb_fields_read(const json_t *object, const char *where, const struct hb_field *fields,
                   size_t count, struct hb_arena *arena, void *record,
                   struct hb_error *err) HB_MUST_CHECK;

#endif
