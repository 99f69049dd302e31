/*
 * Getting clients and servers: pinned with hashes as this program ships them, or as a user chose,
 * each in an environment of its own (env_store.h has the layout). Programs are started with
 * argument vectors, never through a shell.
 */
#ifndef HB_REGISTRY_INSTALL_H
#define HB_REGISTRY_INSTALL_H

#include "registry/registry.h"

enum hb_install_outcome {
    HB_INSTALLED,
    HB_INSTALL_KEPT,    /* it was there, and as it should be */
    HB_INSTALL_BUILTIN, /* part of this program */
    HB_INSTALL_BY_HAND, /* `command` is for the user to type */
};

struct hb_install_options {
    bool anew;   /* also when it is there */
    bool system; /* apt-get may be run, when that needs no password */
    /* Called before anything is changed; may refuse. NULL: nothing stands against it. */
    int (*before)(void *context, struct hb_error *err);
    /* What happens, for people: commands and what they print. */
    void (*line)(void *context, const char *line);
    void *context;
};

struct hb_install_result {
    enum hb_install_outcome outcome;
    char version[128];
    char command[2048]; /* HB_INSTALL_BY_HAND */
    bool unreachable;   /* it failed since a package registry was not reached */
};

/*
 * Install one entry. HB_ERR_UNAVAILABLE: the package registry was not reached, or something that
 * installing needs is missing; HB_ERR_RUN: the package manager refused; the message says what it
 * said and where all of its output is. HB_ERR_INTERRUPTED: the user stopped it. Whatever fails
 * leaves the environment as it was.
 */
int hb_install(const struct hb_registry *registry, const struct hb_entry *entry,
               const struct hb_install_options *options, struct hb_install_result *ret_result,
               struct hb_error *err) HB_MUST_CHECK;

/* Remove environments: one by its name ("httpx@0.27.2"), or all of an entry ("httpx").
 * HB_ERR_NOT_FOUND when there is none. */
int hb_uninstall(const struct hb_registry *registry, const char *name, size_t *ret_count,
                 struct hb_error *err) HB_MUST_CHECK;

#endif
