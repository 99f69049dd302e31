/*
 * Checks JSON objects against tables of fields, so that every number that reaches a worker has
 * been bounded in one place. Knows nothing of the protocol's messages; job.c has their tables.
 */
#include "clients/native/fields.h"

#include <inttypes.h>

struct target {
    const struct hb_field *field;
    const char *where;
    struct hb_arena *arena;
    void *place;
};

static int read_int(const json_t *value, const struct target *target, struct hb_error *err)
{
    const struct hb_field *field = target->field;
    json_int_t number = json_integer_value(value);

    if (!json_is_integer(value))
        return hb_fail(err, HB_ERR_INPUT, "%s.%s: an integer is needed", target->where,
                       field->name);
    if (number < field->minimum || number > field->maximum)
        return hb_fail(err, HB_ERR_INPUT, "%s.%s: %" PRId64 " is outside %" PRId64 " to %" PRId64,
                       target->where, field->name, (int64_t)number, field->minimum, field->maximum);
    *(int64_t *)target->place = number;
    return 0;
}

static int read_bool(const json_t *value, const struct target *target, struct hb_error *err)
{
    if (!json_is_boolean(value))
        return hb_fail(err, HB_ERR_INPUT, "%s.%s: true or false is needed", target->where,
                       target->field->name);
    *(bool *)target->place = json_is_true(value);
    return 0;
}

static int read_string(const json_t *value, const struct target *target, struct hb_error *err)
{
    if (!json_is_string(value))
        return hb_fail(err, HB_ERR_INPUT, "%s.%s: a string is needed", target->where,
                       target->field->name);
    *(const char **)target->place = hb_arena_strdup(target->arena, json_string_value(value));
    return 0;
}

static int (*const readers[])(const json_t *, const struct target *, struct hb_error *) = {
    [HB_FIELD_INT] = read_int,
    [HB_FIELD_BOOL] = read_bool,
    [HB_FIELD_STRING] = read_string,
};

static int read_field(const json_t *object, const struct target *target, struct hb_error *err)
{
    const json_t *value = json_object_get(object, target->field->name);

    if (value != NULL && !json_is_null(value))
        return readers[target->field->kind](value, target, err);
    if (target->field->required)
        return hb_fail(err, HB_ERR_INPUT, "%s.%s is missing", target->where, target->field->name);
    return 0;
}

int hb_fields_read(const json_t *object, const char *where, const struct hb_field *fields,
                   size_t count, struct hb_arena *arena, void *record, struct hb_error *err)
{
    if (!json_is_object(object))
        return hb_fail(err, HB_ERR_INPUT, "%s: an object is needed", where);
    for (size_t i = 0; i < count; i++) {
        struct target target = {&fields[i], where, arena, (char *)record + fields[i].offset};

        if (read_field(object, &target, err) != 0)
            return -1;
    }
    return 0;
}
