/* Asking package managers for versions. What they print is read by itself, so that it can be tested
 * without them. */
#include "registry/versions.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "registry/capture.h"
#include "registry/choice.h"

enum { OUTPUT_MAX_BYTES = 8 << 20, ARGUMENTS_MAX = 12 };

static const int64_t TIMEOUT_NS = 120 * HB_NS_PER_S;

/* ---- what they print ---- */

static void add(struct hb_versions *versions, struct hb_arena *arena, const char *text,
                size_t length)
{
    const char *version = hb_arena_strndup(arena, text, length);

    if (versions->count < HB_VERSIONS_MAX && hb_version_problem(version) == NULL)
        versions->items[versions->count++] = version;
}

/* Words of one line, parted by blanks and commas. */
static void add_words(struct hb_versions *versions, struct hb_arena *arena, const char *line)
{
    static const char between[] = " ,\t\r";

    for (;;) {
        size_t length;

        line += strspn(line, between);
        length = strcspn(line, " ,\t\r\n");
        if (length == 0)
            return;
        add(versions, arena, line, length);
        line += length;
    }
}

/* "Available versions: 0.28.1, 0.28.0" */
static void parse_pip(const char *output, struct hb_arena *arena, struct hb_versions *versions)
{
    static const char label[] = "Available versions:";
    const char *line = strstr(output, label);

    if (line != NULL)
        add_words(versions, arena, line + strlen(label));
}

/* A list of texts, or the text alone when there is one version. */
static void parse_npm(const char *output, struct hb_arena *arena, struct hb_versions *versions)
{
    json_t *json = json_loads(output, JSON_DECODE_ANY, NULL);
    json_t *item;
    size_t i;

    if (json_is_string(json))
        add(versions, arena, json_string_value(json), json_string_length(json));
    json_array_foreach(json, i, item)
    {
        if (json_is_string(item))
            add(versions, arena, json_string_value(item), json_string_length(item));
    }
    json_decref(json);
}

/* "golang.org/x/net v0.1.0 v0.2.0" */
static void parse_go(const char *output, struct hb_arena *arena, struct hb_versions *versions)
{
    add_words(versions, arena, output + strcspn(output, " \n"));
}

/* ---- how they are asked ---- */

static const char *python_of(const struct hb_registry *registry, const struct hb_entry *entry,
                             struct hb_arena *arena)
{
    const char *own = hb_arena_printf(arena, "%s/%s/bin/python", registry->env_dir, entry->name);

    if (entry->choice != NULL && entry->choice->python != NULL)
        return entry->choice->python;
    return access(own, X_OK) == 0 ? own : "python3"; /* an environment has pip for certain */
}

#define NAME "{name}"     /* stands for what the entry is published as */
#define PYTHON "{python}" /* and for an interpreter that has pip */

static const struct source {
    const char *kind, *program; /* as in `install:`; what is missing when it does not start */
    const char *argv[ARGUMENTS_MAX];
    void (*parse)(const char *output, struct hb_arena *arena, struct hb_versions *versions);
} sources[] = {
    {"pip",
     "Python",
     {PYTHON, "-m", "pip", "index", "versions", "--disable-pip-version-check", "--no-input",
      "--pre", NAME},
     parse_pip},
    {"npm", "npm", {"npm", "view", NAME, "versions", "--json"}, parse_npm},
    {"go", "go", {"go", "list", "-m", "-versions", NAME}, parse_go},
};

static const struct source *find_source(const char *kind)
{
    for (size_t i = 0; i < HB_ARRAY_LEN(sources); i++) {
        if (strcmp(sources[i].kind, kind) == 0)
            return &sources[i];
    }
    return NULL;
}

struct hb_versions hb_versions_parse(const char *install_kind, const char *output,
                                     struct hb_arena *arena)
{
    struct hb_versions versions = {.items =
                                       hb_arena_calloc(arena, HB_VERSIONS_MAX, sizeof(char *))};
    const struct source *source = find_source(install_kind);

    if (source != NULL)
        source->parse(output, arena, &versions);
    return versions;
}

/* "httpx[http2]" is published as httpx. */
static const char *published_as(const struct hb_entry *entry, struct hb_arena *arena)
{
    const char *name =
        entry->packages != NULL && entry->packages[0] != NULL ? entry->packages[0] : entry->name;

    return hb_arena_strndup(arena, name, strcspn(name, "["));
}

static void fill_in(const struct source *source, const char *python, const char *name,
                    struct hb_arena *arena, char *argv[ARGUMENTS_MAX])
{
    for (size_t i = 0; i < ARGUMENTS_MAX && source->argv[i] != NULL; i++) {
        const char *word = source->argv[i];

        if (strcmp(word, PYTHON) == 0)
            word = python;
        else if (strcmp(word, NAME) == 0)
            word = name;
        argv[i] = hb_arena_strdup(arena, word);
    }
}

static int check(const struct source *source, const struct hb_capture *capture, const char *name,
                 struct hb_arena *arena, struct hb_error *err)
{
    if (capture->spawn_errno != 0)
        return hb_fail(err, HB_ERR_UNAVAILABLE,
                       "%s is not installed, which knows the versions of %.100s", source->program,
                       name);
    if (capture->interrupted)
        return hb_fail(err, HB_ERR_INTERRUPTED, "interrupted");
    if (capture->timed_out)
        return hb_fail(err, HB_ERR_UNAVAILABLE,
                       "%s did not say within %lld s which versions of %.100s there are",
                       source->kind, (long long)(TIMEOUT_NS / HB_NS_PER_S), name);
    if (capture->status != 0)
        return hb_fail(err, HB_ERR_UNAVAILABLE, "%s knows no versions of %.100s: %.300s",
                       source->kind, name, hb_capture_reason(capture, arena));
    if (capture->out.overflowed)
        return hb_fail(err, HB_ERR_LIMIT, "%s told more of the versions of %.100s than %d MiB",
                       source->kind, name, OUTPUT_MAX_BYTES >> 20);
    return 0;
}

int hb_versions_list(const struct hb_registry *registry, const struct hb_entry *entry,
                     int interrupt_fd, struct hb_arena *arena, struct hb_versions *ret_versions,
                     struct hb_error *err)
{
    HB_CLEANUP(hb_capture_release) struct hb_capture capture;
    const struct source *source = find_source(entry->install_kind);
    const char *name = published_as(entry, arena);
    char *argv[ARGUMENTS_MAX + 1] = {NULL};

    hb_capture_init(&capture, OUTPUT_MAX_BYTES);
    if (source == NULL || name[0] == '-')
        return hb_fail(err, HB_ERR_INPUT,
                       "client '%s' comes from no package registry that could name its versions",
                       entry->name);
    fill_in(source, python_of(registry, entry, arena), name, arena, argv);
    capture.interrupt_fd = interrupt_fd;
    if (hb_capture_run(&capture, argv, TIMEOUT_NS, err) != 0 ||
        check(source, &capture, name, arena, err) != 0)
        return -1;
    *ret_versions = hb_versions_parse(source->kind, hb_buf_text(&capture.out), arena);
    if (ret_versions->count == 0)
        return hb_fail(err, HB_ERR_NOT_FOUND, "%s knows no version of %.100s", source->kind, name);
    if (ret_versions->count == HB_VERSIONS_MAX)
        return hb_fail(err, HB_ERR_LIMIT, "%.100s has more than %d versions", name,
                       HB_VERSIONS_MAX - 1);
    return 0;
}

/* ---- choosing ---- */

static int by_order(const void *a, const void *b)
{
    return hb_version_compare(*(const char *const *)a, *(const char *const *)b);
}

static bool is_between(const char *version, const char *good, const char *bad, bool prereleases)
{
    return hb_version_compare(good, version) < 0 && hb_version_compare(version, bad) < 0 &&
           (prereleases || !hb_version_is_prerelease(version));
}

int hb_versions_between(const struct hb_versions *versions, const char *good, const char *bad,
                        struct hb_arena *arena, struct hb_versions *ret_between,
                        struct hb_error *err)
{
    bool prereleases = hb_version_is_prerelease(good) || hb_version_is_prerelease(bad);
    const char **items = hb_arena_calloc(arena, versions->count + 1, sizeof(char *));
    size_t found = 0, count = 0;

    if (hb_version_compare(good, bad) >= 0)
        return hb_fail(err, HB_ERR_INPUT, "version %.60s does not come before %.60s", good, bad);
    for (size_t i = 0; i < versions->count; i++) {
        if (is_between(versions->items[i], good, bad, prereleases))
            items[found++] = versions->items[i];
    }
    qsort(items, found, sizeof *items, by_order);
    for (size_t i = 0; i < found; i++) {
        if (count == 0 || hb_version_compare(items[count - 1], items[i]) != 0)
            items[count++] = items[i];
    }
    items[count++] = bad;
    *ret_between = (struct hb_versions){.items = items, .count = count};
    return 0;
}
