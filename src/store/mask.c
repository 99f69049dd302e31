/*
 * Secrets are known by value. In the JSON that workers write, a value with a quote or a letter
 * beyond ASCII looks different from writer to writer, so the text is parsed first.
 */
#include "store/mask.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/secrets.h"

static json_t *masked(const struct hb_secrets *secrets, json_t *value);

static json_t *masked_string(const struct hb_secrets *secrets, const char *text)
{
    HB_CLEANUP(hb_free_ptr) char *plain = hb_secrets_masked(secrets, text);

    return json_string_nocheck(plain);
}

static json_t *masked_object(const struct hb_secrets *secrets, json_t *object)
{
    json_t *copy = json_object();
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        HB_CLEANUP(hb_free_ptr) char *plain = hb_secrets_masked(secrets, key);

        json_object_set_new_nocheck(copy, plain, masked(secrets, value));
    }
    return copy;
}

static json_t *masked_array(const struct hb_secrets *secrets, json_t *array)
{
    json_t *copy = json_array();
    size_t index;
    json_t *value;

    json_array_foreach(array, index, value) json_array_append_new(copy, masked(secrets, value));
    return copy;
}

/* Recursion is bounded by jansson's own limit on nesting (2,048). */
static json_t *masked(const struct hb_secrets *secrets, json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return masked_object(secrets, value);
    case JSON_ARRAY:
        return masked_array(secrets, value);
    case JSON_STRING:
        return masked_string(secrets, json_string_value(value));
    default:
        return json_incref(value);
    }
}

char *hb_mask_json(const struct hb_secrets *secrets, const char *json)
{
    json_t *parsed, *copy;
    char *text;

    if (json == NULL)
        return NULL;
    if (secrets == NULL || secrets->count == 0)
        return hb_strdup(json);
    parsed = json_loads(json, 0, NULL);
    if (parsed == NULL)
        return hb_secrets_masked(secrets, json);
    copy = masked(secrets, parsed);
    text = json_dumps(copy, JSON_COMPACT);
    json_decref(copy);
    json_decref(parsed);
    return text != NULL ? text : hb_secrets_masked(secrets, json);
}
