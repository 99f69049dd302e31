/*
 * Inside the registry layer: environments on disk, all below env_dir, which may be removed at any
 * time:
 *
 *     NAME              a link to the folder below .store that is in use
 *     .store/NAME-XXXX  environments; console scripts hold this path, so it never changes
 *     .logs/NAME.log    what the last installation printed
 *     .lock             held while something is installed or removed
 *
 * An environment is filled where it will stay and becomes visible by one rename of its link, so an
 * interrupted installation changes nothing. What it leaves below .store is removed by the next one.
 */
#ifndef HB_REGISTRY_ENV_STORE_H
#define HB_REGISTRY_ENV_STORE_H

#include <linux/limits.h>
#include <stdbool.h>

#include "base/error.h"

/* Folders are made on the way. */
struct hb_env_store {
    const char *env_dir;
    int lock;
};

/* Waits for another process; `waiting` (may be NULL) is called before it does. */
int hb_env_store_open(struct hb_env_store *ret_store, const char *env_dir,
                      void (*waiting)(void *context), void *context,
                      struct hb_error *err) HB_MUST_CHECK;
void hb_env_store_close(struct hb_env_store *store); /* for HB_CLEANUP; any state */

/* A new empty folder for the environment `name`: its path below env_dir ("./.store/…") in `ret`. */
int hb_env_store_begin(struct hb_env_store *store, const char *name, char ret_folder[NAME_MAX + 1],
                       struct hb_error *err) HB_MUST_CHECK;

/* Makes it the environment of that name, in place of an older one, which is removed. */
int hb_env_store_commit(struct hb_env_store *store, const char *name, const char *folder,
                        struct hb_error *err) HB_MUST_CHECK;

/* Whether there is an environment of that name. */
bool hb_env_store_has(const char *env_dir, const char *name);

/* HB_ERR_NOT_FOUND when there is none. */
int hb_env_store_remove(struct hb_env_store *store, const char *name,
                        struct hb_error *err) HB_MUST_CHECK;

/* Folders below .store that no link names. */
void hb_env_store_sweep(struct hb_env_store *store);

#endif
