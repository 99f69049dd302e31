/*
 * Subjects in the tree, before it is read: those that flags give are laid over those of the file,
 * and words become the patch that they stand for. So whatever comes later (checks, hash, `config`)
 * sees one kind of subject.
 */
#include <ctype.h>
#include <string.h>

#include "config/merge.h"
#include "config/yaml.h"
#include "registry/choice.h"
#include "scenario/subject.h"

struct laying {
    struct hb_arena *arena;
    struct hb_diags *diags;
};

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);

    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* Something to install that is fetched from there, not a server to measure. */
static bool is_archive(const char *text)
{
    static const char *const endings[] = {".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2"};

    for (size_t i = 0; i < HB_ARRAY_LEN(endings); i++) {
        if (ends_with(text, endings[i]))
            return true;
    }
    return false;
}

const char *hb_subject_word_key(const char *word)
{
    if ((strncmp(word, "http://", 7) == 0 || strncmp(word, "https://", 8) == 0) &&
        !is_archive(word))
        return "url";
    if (isdigit((unsigned char)word[0]) && hb_version_problem(word) == NULL)
        return "version";
    return "install";
}

static struct hb_node *mapping_of(struct laying *laying, const char *key, struct hb_node *value)
{
    struct hb_node *mapping = hb_node_new(laying->arena, HB_NODE_MAPPING, value->place);

    hb_node_set(laying->arena, mapping, hb_node_string(laying->arena, key, value->place), value);
    return mapping;
}

static bool is_word(const struct hb_node *node)
{
    return hb_node_is_scalar(node) && node->kind != HB_NODE_NULL && !node->broken;
}

/* `install` is what the table takes a word for. */
static void spell_out_words(struct laying *laying, struct hb_node *subjects)
{
    for (size_t i = 0; i < subjects->count; i++) {
        struct hb_node **value = &subjects->pairs[i].value;
        const char *key = is_word(*value) ? hb_subject_word_key((*value)->text) : "install";

        if (strcmp(key, "install") != 0)
            *value = mapping_of(laying, key, *value);
    }
}

/* ---- flags ---- */

static struct hb_place place_of(struct laying *laying, const struct hb_subject_override *override)
{
    struct hb_source *source = hb_arena_alloc(laying->arena, sizeof *source);

    *source = (struct hb_source){".", hb_arena_strdup(laying->arena, override->value),
                                 strlen(override->value)};
    return (struct hb_place){hb_arena_strdup(laying->arena, override->flag), source, 1, 1};
}

static struct hb_node *text_of(struct laying *laying, const char *text, struct hb_place place)
{
    struct hb_node *node = hb_node_string(laying->arena, text, place);

    node->quoted = true;
    return node;
}

static struct hb_node *whole_patch(struct laying *laying,
                                   const struct hb_subject_override *override)
{
    struct hb_place place = place_of(laying, override);
    struct hb_node *root = NULL;
    size_t node_count = 0;

    if (override->value[0] != '{')
        return text_of(laying, override->value, place);
    if (hb_yaml_parse(laying->arena, place.file, place.source, place.source->text,
                      place.source->length, &node_count, laying->diags, &root) != 0)
        return NULL;
    return root;
}

static struct hb_node *subject_node(struct laying *laying, struct hb_node *subjects,
                                    const struct hb_subject_override *override)
{
    struct hb_place place = place_of(laying, override);
    struct hb_node *node = hb_node_get(subjects, override->name);

    if (node != NULL)
        return node;
    node = hb_node_new(laying->arena, HB_NODE_MAPPING, place);
    hb_node_set(laying->arena, subjects, text_of(laying, override->name, place), node);
    return node;
}

static struct hb_node *list_of(struct laying *laying, struct hb_node *patch, const char *key,
                               struct hb_node *item)
{
    struct hb_node *list = hb_node_get(patch, key);

    if (list == NULL)
        list = hb_node_new(laying->arena, HB_NODE_SEQUENCE, item->place);
    hb_node_append(laying->arena, list, item);
    return list;
}

/* "NAME=VALUE" among the others. */
static struct hb_node *variable_of(struct laying *laying, struct hb_node *patch,
                                   const struct hb_node *text)
{
    struct hb_node *variables = hb_node_get(patch, "env");
    size_t length = strcspn(text->text, "=");
    const char *value = text->text + length;

    if (*value != '=') {
        hb_diag(laying->diags, text->place, "expected NAME=VALUE, got %s",
                hb_quote(laying->diags, text->text));
        return NULL;
    }
    if (variables == NULL)
        variables = hb_node_new(laying->arena, HB_NODE_MAPPING, text->place);
    hb_node_set(laying->arena, variables,
                text_of(laying, hb_arena_strndup(laying->arena, text->text, length), text->place),
                text_of(laying, value + 1, text->place));
    return variables;
}

static void add_key(struct laying *laying, struct hb_node *patch,
                    const struct hb_subject_override *override)
{
    struct hb_node *value = text_of(laying, override->value, place_of(laying, override));
    const char *key = override->key;

    if (strcmp(key, "install") == 0 || strcmp(key, "command") == 0)
        value = list_of(laying, patch, key, value);
    else if (strcmp(key, "env") == 0)
        value = variable_of(laying, patch, value);
    if (value != NULL)
        hb_node_set(laying->arena, patch, hb_node_string(laying->arena, key, value->place), value);
}

/* All keys of one subject's flags, laid over what there is: lists replace. */
static void lay_keys(struct laying *laying, struct hb_node *subjects,
                     const struct hb_scenario_overrides *overrides, size_t first)
{
    const char *name = overrides->subjects[first].name;
    struct hb_node *patch =
        hb_node_new(laying->arena, HB_NODE_MAPPING, place_of(laying, &overrides->subjects[first]));
    struct hb_node *node = subject_node(laying, subjects, &overrides->subjects[first]);

    for (size_t i = first; i < overrides->subjects_count; i++) {
        const struct hb_subject_override *override = &overrides->subjects[i];

        if (override->key != NULL && strcmp(override->name, name) == 0)
            add_key(laying, patch, override);
    }
    if (is_word(node))
        *node =
            *mapping_of(laying, hb_subject_word_key(node->text), hb_node_copy(laying->arena, node));
    if (node->kind == HB_NODE_MAPPING)
        hb_merge_over(laying->arena, node, patch);
}

static bool is_first_key(const struct hb_scenario_overrides *overrides, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (overrides->subjects[i].key != NULL &&
            strcmp(overrides->subjects[i].name, overrides->subjects[at].name) == 0)
            return false;
    }
    return overrides->subjects[at].key != NULL;
}

static void lay_over(struct laying *laying, struct hb_node *subjects,
                     const struct hb_scenario_overrides *overrides)
{
    for (size_t i = 0; i < overrides->subjects_count; i++) {
        const struct hb_subject_override *override = &overrides->subjects[i];
        struct hb_node *patch;

        (void)subject_node(laying, subjects, override); /* in this order */
        patch = override->key == NULL ? whole_patch(laying, override) : NULL;
        if (patch != NULL)
            hb_node_set(laying->arena, subjects, text_of(laying, override->name, patch->place),
                        patch);
    }
    for (size_t i = 0; i < overrides->subjects_count; i++) {
        if (is_first_key(overrides, i))
            lay_keys(laying, subjects, overrides, i);
    }
}

void hb_subjects_lay(struct hb_node *root, const struct hb_scenario_overrides *overrides,
                     struct hb_arena *arena, struct hb_diags *diags)
{
    struct laying laying = {arena, diags};
    struct hb_node *subjects = hb_node_get(root, "subjects");
    bool given = overrides != NULL && overrides->subjects_count > 0;

    if (subjects == NULL && given) {
        struct hb_place place = place_of(&laying, &overrides->subjects[0]);

        subjects = hb_node_new(arena, HB_NODE_MAPPING, place);
        hb_node_set(arena, root, hb_node_string(arena, "subjects", place), subjects);
    }
    if (subjects == NULL || subjects->kind != HB_NODE_MAPPING)
        return; /* the table says what is wrong */
    if (given)
        lay_over(&laying, subjects, overrides);
    spell_out_words(&laying, subjects);
}
