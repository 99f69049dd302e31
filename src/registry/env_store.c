/* Environments on disk: links, folders and the lock. What is in them is for installers to know. */
#include "registry/env_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/paths.h"

#define STORE ".store"
#define LOGS ".logs"
#define SUFFIX "-XXXXXX"

static int make_folders(const char *path, struct hb_error *err)
{
    char partial[PATH_MAX];
    size_t length = strlen(path);

    if (length >= sizeof partial)
        return hb_fail(err, HB_ERR_LIMIT, "%.100s…: the path is too long", path);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(partial, path, i);
        partial[i] = '\0';
        if (mkdir(partial, 0777) != 0 && errno != EEXIST)
            return hb_fail_errno(err, errno, "make the folder %s", partial);
    }
    return 0;
}

static int make_below(const char *env_dir, const char *name, struct hb_error *err)
{
    char path[PATH_MAX];

    return hb_path_join(path, env_dir, name, err) != 0 ? -1 : make_folders(path, err);
}

static int take_lock(struct hb_env_store *store, void (*waiting)(void *context), void *context,
                     struct hb_error *err)
{
    char path[PATH_MAX];

    if (hb_path_join(path, store->env_dir, ".lock", err) != 0)
        return -1;
    store->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (store->lock < 0)
        return hb_fail_errno(err, errno, "open %s", path);
    if (flock(store->lock, LOCK_EX | LOCK_NB) == 0)
        return 0;
    if (waiting != NULL)
        waiting(context);
    while (flock(store->lock, LOCK_EX) != 0) {
        if (errno != EINTR)
            return hb_fail_errno(err, errno, "lock %s", path);
    }
    return 0;
}

int hb_env_store_open(struct hb_env_store *ret_store, const char *env_dir,
                      void (*waiting)(void *context), void *context, struct hb_error *err)
{
    *ret_store = (struct hb_env_store){.env_dir = env_dir, .lock = -1};
    if (make_below(env_dir, STORE, err) != 0 || make_below(env_dir, LOGS, err) != 0 ||
        take_lock(ret_store, waiting, context, err) != 0)
        return hb_wrap(err, "environments");
    return 0;
}

void hb_env_store_close(struct hb_env_store *store)
{
    hb_fd_close(&store->lock);
}

static int remove_one(const char *path, const struct stat *facts HB_UNUSED, int kind HB_UNUSED,
                      struct FTW *place HB_UNUSED)
{
    (void)remove(path); /* what cannot be removed is left; the walk goes on */
    return 0;
}

static void remove_tree(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

int hb_env_store_begin(struct hb_env_store *store, const char *name, char ret_folder[NAME_MAX + 1],
                       struct hb_error *err)
{
    char path[PATH_MAX];
    int length = snprintf(ret_folder, NAME_MAX + 1, STORE "/%s" SUFFIX, name);

    if (length > NAME_MAX)
        return hb_fail(err, HB_ERR_LIMIT, "%.100s…: the name is too long", name);
    if (hb_path_join(path, store->env_dir, ret_folder, err) != 0)
        return -1;
    if (mkdtemp(path) == NULL)
        return hb_fail_errno(err, errno, "make the folder %s", path);
    (void)chmod(path, 0755); /* others may use what root installed */
    memcpy(ret_folder, path + strlen(store->env_dir) + 1, (size_t)length + 1);
    return 0;
}

/* Where a link leads, when it leads into the store; else "". */
static void read_link(const struct hb_env_store *store, const char *name, char ret[NAME_MAX + 1])
{
    char path[PATH_MAX];
    ssize_t length = -1;

    if (hb_path_join(path, store->env_dir, name, NULL) == 0)
        length = readlink(path, ret, NAME_MAX);
    ret[length > 0 ? length : 0] = '\0';
    if (strncmp(ret, STORE "/", strlen(STORE "/")) != 0)
        ret[0] = '\0';
}

/* A plain folder where a link belongs, made by other means: out of the way. */
static void move_folder_away(struct hb_env_store *store, const char *path, const char *name)
{
    char folder[NAME_MAX + 1], old[PATH_MAX];
    struct stat facts;

    if (lstat(path, &facts) == 0 && S_ISDIR(facts.st_mode) &&
        hb_env_store_begin(store, name, folder, NULL) == 0 &&
        hb_path_join(old, store->env_dir, folder, NULL) == 0)
        (void)rename(path, old); /* what is wrong shows when the link is made */
}

int hb_env_store_commit(struct hb_env_store *store, const char *name, const char *folder,
                        struct hb_error *err)
{
    char path[PATH_MAX], fresh[PATH_MAX];

    if (hb_path_join(path, store->env_dir, name, err) != 0 ||
        hb_path_join(fresh, store->env_dir, STORE "/link", err) != 0)
        return -1;
    (void)unlink(fresh);
    if (symlink(folder, fresh) != 0)
        return hb_fail_errno(err, errno, "make the link %s", fresh);
    move_folder_away(store, path, name);
    if (rename(fresh, path) != 0)
        return hb_fail_errno(err, errno, "make the environment %s", path);
    hb_env_store_sweep(store);
    return 0;
}

bool hb_env_store_has(const char *env_dir, const char *name)
{
    char path[PATH_MAX];
    struct stat facts;

    return hb_path_join(path, env_dir, name, NULL) == 0 && stat(path, &facts) == 0 &&
           S_ISDIR(facts.st_mode);
}

int hb_env_store_remove(struct hb_env_store *store, const char *name, struct hb_error *err)
{
    char path[PATH_MAX];
    struct stat facts;

    if (hb_path_join(path, store->env_dir, name, err) != 0)
        return -1;
    if (lstat(path, &facts) != 0)
        return hb_fail(err, HB_ERR_NOT_FOUND, "there is no environment %s", path);
    move_folder_away(store, path, name);
    if (unlink(path) != 0 && errno != ENOENT)
        return hb_fail_errno(err, errno, "remove %s", path);
    hb_env_store_sweep(store);
    return 0;
}

/* Whether any link of env_dir leads to `folder`; when that cannot be told, yes. */
static bool is_in_use(const struct hb_env_store *store, const char *folder)
{
    DIR *directory = opendir(store->env_dir);
    const struct dirent *item;
    char target[NAME_MAX + 1];
    bool found = directory == NULL;

    while (!found && (item = readdir(directory)) != NULL) {
        read_link(store, item->d_name, target);
        found = strcmp(target, folder) == 0;
    }
    if (directory != NULL)
        closedir(directory);
    return found;
}

void hb_env_store_sweep(struct hb_env_store *store)
{
    char path[PATH_MAX], folder[NAME_MAX + sizeof STORE "/"];
    const struct dirent *item;
    DIR *directory;

    if (hb_path_join(path, store->env_dir, STORE, NULL) != 0)
        return;
    directory = opendir(path);
    while (directory != NULL && (item = readdir(directory)) != NULL) {
        if (item->d_name[0] == '.')
            continue;
        snprintf(folder, sizeof folder, STORE "/%s", item->d_name);
        if (!is_in_use(store, folder) && hb_path_join(path, store->env_dir, folder, NULL) == 0)
            remove_tree(path);
    }
    if (directory != NULL)
        closedir(directory);
}
