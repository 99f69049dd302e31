/* Receipts are files that anyone may have edited, so nothing in them is trusted to be there. */
#include "registry/receipt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/paths.h"

enum { RECEIPT_MAX_BYTES = 1 << 20 };

int hb_receipt_write(const char *folder, const json_t *receipt, struct hb_error *err)
{
    HB_CLEANUP(hb_fd_close) int fd = -1;
    char path[PATH_MAX];

    if (hb_path_join(path, folder, "receipt.json", err) != 0)
        return -1;
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return hb_fail_errno(err, errno, "write %s", path);
    if (json_dumpfd(receipt, fd, JSON_INDENT(2)) != 0)
        return hb_fail_errno(err, errno, "write %s", path);
    return 0;
}

json_t *hb_receipt_load(const char *env_dir, const char *environment)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    char folder[PATH_MAX], path[PATH_MAX];

    hb_buf_init(&text, RECEIPT_MAX_BYTES);
    if (hb_path_join(folder, env_dir, environment, NULL) != 0 ||
        hb_path_join(path, folder, "receipt.json", NULL) != 0 ||
        hb_buf_read_file(&text, path, NULL) != 0)
        return NULL;
    return json_loadb(hb_buf_text(&text), text.length, 0, NULL);
}

static const char *copy_member(struct hb_arena *arena, const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text != NULL ? hb_arena_strdup(arena, text) : NULL;
}

static const char *describe_interpreter(struct hb_arena *arena, const json_t *interpreter)
{
    const char *path = json_string_value(json_object_get(interpreter, "path"));
    const char *version = json_string_value(json_object_get(interpreter, "version"));

    if (path == NULL || version == NULL)
        return NULL;
    return hb_arena_printf(arena, "%s (%s)", version, path);
}

static const char *describe_choice(struct hb_arena *arena, json_t *chosen)
{
    const char *text = "";
    const char *key;
    json_t *value;
    json_t *package;
    size_t i;

    json_object_foreach(chosen, key, value)
    {
        text = hb_arena_printf(arena, "%s%s%s", text, *text != '\0' ? ", " : "", key);
        if (json_is_string(value))
            text = hb_arena_printf(arena, "%s %s", text, json_string_value(value));
        json_array_foreach(value, i, package)
        {
            const char *asked = json_string_value(json_object_get(package, "asked"));

            text = hb_arena_printf(arena, "%s %s", text, asked != NULL ? asked : "?");
        }
    }
    return *text != '\0' ? text : "as shipped";
}

void hb_receipt_read(const char *env_dir, const char *environment, struct hb_arena *arena,
                     struct hb_receipt *ret_receipt)
{
    json_t *json = hb_receipt_load(env_dir, environment);
    const char *identity = copy_member(arena, json, "identity");

    *ret_receipt = (struct hb_receipt){
        .environment = hb_arena_strdup(arena, environment),
        .version = copy_member(arena, json, "version"),
        .chosen = describe_choice(arena, json_object_get(json, "chosen")),
        .interpreter = describe_interpreter(arena, json_object_get(json, "interpreter")),
        .installed_at = copy_member(arena, json, "installed_at"),
        .identity = identity != NULL ? identity : "",
    };
    json_decref(json);
}

const char *hb_receipt_state(const char *env_dir, const char *environment, size_t index,
                             struct hb_arena *arena)
{
    json_t *json = hb_receipt_load(env_dir, environment);
    const json_t *packages = json_object_get(json_object_get(json, "chosen"), "install");
    const char *state =
        json_string_value(json_object_get(json_array_get(packages, index), "state"));
    const char *kept = hb_arena_strdup(arena, state != NULL ? state : "");

    json_decref(json);
    return kept;
}

static int is_environment(const struct dirent *item)
{
    return item->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

int hb_receipts_list(const char *env_dir, struct hb_arena *arena, struct hb_receipt **ret_receipts,
                     size_t *ret_count, struct hb_error *err)
{
    struct dirent **items = NULL;
    int count = scandir(env_dir, &items, is_environment, by_name);

    if (count < 0 && errno != ENOENT)
        return hb_fail_errno(err, errno, "read %s", env_dir);
    *ret_count = count < 0 ? 0 : (size_t)count;
    *ret_receipts = hb_arena_calloc(arena, *ret_count, sizeof **ret_receipts);
    for (size_t i = 0; i < *ret_count; i++) {
        hb_receipt_read(env_dir, items[i]->d_name, arena, &(*ret_receipts)[i]);
        free(items[i]);
    }
    free(items);
    return 0;
}

bool hb_receipt_is_of(const struct hb_receipt *receipt, const char *name)
{
    size_t length = strlen(name);

    return strncmp(receipt->environment, name, length) == 0 &&
           strchr("@+", receipt->environment[length]) != NULL;
}
