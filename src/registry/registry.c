/* Which entries there are: folders to arrays, and questions about them. */
#include "registry/registry.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "config/document.h"
#include "registry/entry.h"
#include "registry/entry_fields.h"

enum { ENTRIES_MAX = 1000 };

/* Entries of one kind while they are being read. */
struct collection {
    enum hb_entry_kind kind;
    const char *own_folder; /* NULL: shipped */
    struct hb_arena *arena;
    struct hb_diags *diags;
    struct hb_entry *entries;
    size_t count, capacity;
    int result; /* -1 once a problem was found */
};

static const struct hb_entry *find(const struct hb_entry *entries, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(entries[i].name, name) == 0)
            return &entries[i];
    }
    return NULL;
}

static void add_entry(struct collection *collection, const struct hb_entry *entry,
                      struct hb_place place)
{
    const struct hb_entry *twin = find(collection->entries, collection->count, entry->name);

    if (twin != NULL) {
        collection->result =
            hb_diag(collection->diags, place, "'%s' is in the registry already: %s", entry->name,
                    twin->path);
        return;
    }
    collection->entries = hb_grow(collection->entries, &collection->capacity, collection->count,
                                  sizeof *collection->entries);
    collection->entries[collection->count++] = *entry;
}

/* Programs are run in other working directories, so what they are told becomes absolute here. */
static int absolute_path(struct hb_arena *arena, const char *path, const char **ret_path,
                         struct hb_error *err)
{
    char directory[PATH_MAX];

    *ret_path = path;
    if (path[0] == '/')
        return 0;
    if (getcwd(directory, sizeof directory) == NULL)
        return hb_fail_errno(err, errno, "find the working directory");
    *ret_path = hb_arena_printf(arena, "%s/%s", directory, path);
    return 0;
}

/* Problems in the file are diagnostics; fails for other reasons only. */
static int read_file(struct collection *collection, const char *folder, const char *file,
                     const char *name, struct hb_error *err)
{
    HB_CLEANUP(hb_document_release) struct hb_document document;
    struct hb_entry entry;
    char path[PATH_MAX];

    hb_document_init(&document, NULL);
    if (hb_path_join(path, folder, file, err) != 0)
        return -1;
    if (hb_document_load(&document, path, HB_DOCUMENT_PLAIN, NULL, 0, collection->diags) != 0 ||
        hb_entry_read(document.root, collection->kind, name, path, collection->arena,
                      collection->diags, &entry) != 0) {
        collection->result = -1;
        return 0;
    }
    folder = hb_arena_strdup(collection->arena, folder);
    if (absolute_path(collection->arena, folder, &entry.folder, err) != 0)
        return -1;
    entry.own_folder = collection->own_folder;
    add_entry(collection, &entry, document.root->place);
    return 0;
}

/* clients/NAME.yaml */
static int read_client(struct collection *collection, const char *folder, const char *file,
                       struct hb_error *err)
{
    static const char suffix[] = ".yaml";
    size_t length = strlen(file);

    if (length < sizeof suffix || strcmp(file + length - strlen(suffix), suffix) != 0)
        return 0;
    return read_file(collection, folder, file,
                     hb_arena_strndup(collection->arena, file, length - strlen(suffix)), err);
}

/* servers/NAME/server.yaml; folders without one hold what servers share. */
static int read_server(struct collection *collection, const char *folder, const char *name,
                       struct hb_error *err)
{
    static const char file[] = "server.yaml";
    char directory[PATH_MAX], path[PATH_MAX];

    if (hb_path_join(directory, folder, name, err) != 0 ||
        hb_path_join(path, directory, file, err) != 0)
        return -1;
    return access(path, F_OK) == 0 ? read_file(collection, directory, file, name, err) : 0;
}

static int is_visible(const struct dirent *item)
{
    return item->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_items(struct collection *collection, const char *folder, struct dirent **items,
                      size_t count, struct hb_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const char *name = items[i]->d_name;
        int result = collection->kind == HB_ENTRY_CLIENT
                         ? read_client(collection, folder, name, err)
                         : read_server(collection, folder, name, err);

        if (result != 0)
            return -1;
        if (collection->count > ENTRIES_MAX)
            return hb_fail(err, HB_ERR_LIMIT, "%s: more than %d registry files", folder,
                           ENTRIES_MAX);
    }
    return 0;
}

static int read_folder(struct collection *collection, const char *folder, struct hb_error *err)
{
    struct dirent **items;
    int count = scandir(folder, &items, is_visible, by_name);
    int result;

    if (count < 0)
        return hb_fail_errno(err, errno, "read the registry in %s", folder);
    result = read_items(collection, folder, items, (size_t)count, err);
    for (int i = 0; i < count; i++)
        free(items[i]);
    free(items);
    return result;
}

/* Read one folder on top of what is there; the merged array replaces the old one. */
static const struct hb_entry **entries_at(struct hb_registry *registry, enum hb_entry_kind kind,
                                          size_t **ret_count)
{
    *ret_count = kind == HB_ENTRY_CLIENT ? &registry->clients_count : &registry->servers_count;
    return kind == HB_ENTRY_CLIENT ? &registry->clients : &registry->servers;
}

/* What is there already, to be added to. */
static void collect(struct collection *collection, struct hb_registry *registry,
                    enum hb_entry_kind kind, struct hb_diags *diags)
{
    size_t *count;
    const struct hb_entry **entries = entries_at(registry, kind, &count);

    *collection = (struct collection){.kind = kind, .arena = registry->arena, .diags = diags};
    for (size_t i = 0; i < *count; i++)
        add_entry(collection, &(*entries)[i], (struct hb_place){0});
}

/* The merged array replaces the old one. */
static void replace(struct collection *collection, struct hb_registry *registry)
{
    size_t *count;
    const struct hb_entry **entries = entries_at(registry, collection->kind, &count);

    *entries = hb_arena_memdup(registry->arena, collection->entries,
                               collection->count * sizeof *collection->entries);
    *count = collection->count;
}

static int extend(struct hb_registry *registry, enum hb_entry_kind kind, const char *folder,
                  bool shipped, struct hb_diags *diags, struct hb_error *err)
{
    struct collection collection;
    int result;

    collect(&collection, registry, kind, diags);
    collection.own_folder = shipped ? NULL : hb_arena_strdup(registry->arena, folder);
    result = read_folder(&collection, folder, err);
    if (result == 0 && collection.result != 0)
        result = hb_diags_fail(diags, err);
    if (result == 0)
        replace(&collection, registry);
    free(collection.entries);
    return result;
}

static int find_env_dir(struct hb_arena *arena, const struct hb_paths *paths,
                        const char **ret_env_dir, struct hb_error *err)
{
    const char *own = getenv("HTTP_BENCHMARK_ENV_DIR");
    const char *data = getenv("XDG_DATA_HOME");
    const char *home = getenv("HOME");

    if (own != NULL && *own != '\0')
        return absolute_path(arena, own, ret_env_dir, err);
    if (data != NULL && *data == '/') /* the specification has relative ones ignored */
        *ret_env_dir = hb_arena_printf(arena, "%s/http-benchmark/env", data);
    else if (home != NULL && *home == '/')
        *ret_env_dir = hb_arena_printf(arena, "%s/.local/share/http-benchmark/env", home);
    else
        *ret_env_dir = hb_arena_printf(arena, "%s/env", paths->share);
    return 0;
}

int hb_registry_load(struct hb_registry *ret_registry, struct hb_arena *arena,
                     const struct hb_paths *paths, struct hb_diags *diags, struct hb_error *err)
{
    struct hb_registry registry = {.arena = arena, .paths = *paths};
    char folder[PATH_MAX];

    if (find_env_dir(arena, paths, &registry.env_dir, err) != 0 ||
        hb_path_join(folder, paths->share, "clients", err) != 0 ||
        extend(&registry, HB_ENTRY_CLIENT, folder, true, diags, err) != 0 ||
        hb_path_join(folder, paths->share, "servers", err) != 0 ||
        extend(&registry, HB_ENTRY_SERVER, folder, true, diags, err) != 0)
        return -1;
    *ret_registry = registry;
    return 0;
}

int hb_registry_add(struct hb_registry *registry, enum hb_entry_kind kind, const char *folder,
                    struct hb_diags *diags, struct hb_error *err)
{
    return extend(registry, kind, folder, false, diags, err);
}

static int add_definition(struct collection *collection, const struct raw_entry *raw,
                          const char *path, struct hb_error *err)
{
    const struct hb_source *source = raw->node->place.source;
    struct hb_entry entry;

    if (hb_entry_read_definition(raw, path, collection->arena, collection->diags, &entry) != 0) {
        collection->result = -1;
        return 0;
    }
    if (absolute_path(collection->arena, source != NULL ? source->directory : ".", &entry.folder,
                      err) != 0)
        return -1;
    add_entry(collection, &entry, raw->node->place);
    return 0;
}

int hb_registry_define(struct hb_registry *registry, const struct raw_entry *definitions,
                       size_t count, const char *path, struct hb_diags *diags, struct hb_error *err)
{
    struct collection collection;
    int result = 0;

    collect(&collection, registry, HB_ENTRY_CLIENT, diags);
    for (size_t i = 0; i < count && result == 0; i++)
        result = add_definition(&collection, &definitions[i], path, err);
    if (result == 0)
        replace(&collection, registry);
    if (collection.result != 0)
        result = -1;
    free(collection.entries);
    return result;
}

static const struct hb_entry *entries_of(const struct hb_registry *registry,
                                         enum hb_entry_kind kind, size_t *ret_count)
{
    *ret_count = kind == HB_ENTRY_CLIENT ? registry->clients_count : registry->servers_count;
    return kind == HB_ENTRY_CLIENT ? registry->clients : registry->servers;
}

const struct hb_entry *hb_registry_find(const struct hb_registry *registry, enum hb_entry_kind kind,
                                        const char *name)
{
    size_t count;
    const struct hb_entry *entries = entries_of(registry, kind, &count);

    return find(entries, count, name);
}

const char *hb_registry_nearest(const struct hb_registry *registry, enum hb_entry_kind kind,
                                const char *name)
{
    size_t count;
    const struct hb_entry *entries = entries_of(registry, kind, &count);
    const char **names = hb_calloc(count, sizeof *names);
    const char *nearest;

    for (size_t i = 0; i < count; i++)
        names[i] = entries[i].name;
    nearest = hb_nearest(name, names, count);
    free(names);
    return nearest;
}

const struct hb_entry_limit *hb_entry_limit(const struct hb_entry *entry, const char *name)
{
    for (size_t i = 0; i < entry->limits_count; i++) {
        if (strcmp(entry->limits[i].name, name) == 0)
            return &entry->limits[i];
    }
    return NULL;
}

const struct hb_entry_option *hb_entry_option(const struct hb_entry *entry, const char *name)
{
    for (size_t i = 0; i < entry->options_count; i++) {
        if (strcmp(entry->options[i].name, name) == 0)
            return &entry->options[i];
    }
    return NULL;
}
