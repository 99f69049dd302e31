/* To JSON and back. */
#include "store/origin.h"

#include <jansson.h>

static json_t *texts_to_json(const char *const *texts)
{
    json_t *array = json_array();

    for (; texts != NULL && *texts != NULL; texts++)
        json_array_append_new(array, json_string(*texts));
    return array;
}

static json_t *subjects_to_json(const struct hb_scenario_overrides *overrides)
{
    json_t *array = json_array();

    for (size_t i = 0; i < overrides->subjects_count; i++) {
        const struct hb_subject_override *subject = &overrides->subjects[i];

        json_array_append_new(array, json_pack("{s:s, s:s, s:s?, s:s}", "flag", subject->flag,
                                               "name", subject->name, "key", subject->key, "value",
                                               subject->value));
    }
    return array;
}

char *hb_origin_json(const struct hb_origin *origin)
{
    json_t *json = json_pack("{s:s?, s:o, s:o, s:o, s:i}", "directory", origin->directory,
                             "client_folders", texts_to_json(origin->client_folders), "set",
                             texts_to_json(origin->overrides.sets), "subjects",
                             subjects_to_json(&origin->overrides), "control_cells",
                             (int)origin->overrides.control_cells);
    char *text = json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT);

    json_decref(json);
    return text;
}

/* In the arena; NULL where there is no text. */
static const char *text_of(const json_t *object, const char *key, struct hb_arena *arena)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL ? hb_arena_strdup(arena, text) : NULL;
}

static const char *const *texts_of(const json_t *array, struct hb_arena *arena)
{
    const char **texts = hb_arena_calloc(arena, json_array_size(array) + 1, sizeof *texts);
    const json_t *item;
    size_t i, count = 0;

    json_array_foreach(array, i, item)
    {
        if (json_is_string(item))
            texts[count++] = hb_arena_strdup(arena, json_string_value(item));
    }
    return texts;
}

static void read_subjects(const json_t *array, struct hb_arena *arena,
                          struct hb_scenario_overrides *ret)
{
    struct hb_subject_override *subjects =
        hb_arena_calloc(arena, json_array_size(array), sizeof *subjects);
    const json_t *item;
    size_t i;

    ret->subjects = subjects;
    json_array_foreach(array, i, item)
    {
        struct hb_subject_override *subject = &subjects[ret->subjects_count];

        *subject = (struct hb_subject_override){
            text_of(item, "flag", arena), text_of(item, "name", arena), text_of(item, "key", arena),
            text_of(item, "value", arena)};
        ret->subjects_count +=
            subject->flag != NULL && subject->name != NULL && subject->value != NULL;
    }
}

void hb_origin_read(const char *json, struct hb_arena *arena, struct hb_origin *ret_origin)
{
    json_t *origin = json_loads(json, 0, NULL);

    *ret_origin = (struct hb_origin){
        .directory = text_of(origin, "directory", arena),
        .client_folders = texts_of(json_object_get(origin, "client_folders"), arena),
        .overrides.sets = texts_of(json_object_get(origin, "set"), arena),
        .overrides.control_cells =
            (unsigned)json_integer_value(json_object_get(origin, "control_cells")),
    };
    read_subjects(json_object_get(origin, "subjects"), arena, &ret_origin->overrides);
    json_decref(origin);
}
