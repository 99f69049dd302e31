/*
 * Inside the registry layer: one way to install, and what all ways share. An installer is one file
 * ending in one const struct, listed in install.c.
 */
#ifndef HB_REGISTRY_INSTALLER_H
#define HB_REGISTRY_INSTALLER_H

#include <jansson.h>
#include <stdio.h>

#include "registry/install.h"

/* One installation while it is going on. */
struct hb_installation {
    const struct hb_registry *registry;
    const struct hb_entry *entry; /* its environment is the new one */
    const struct hb_install_options *options;
    struct hb_arena *arena;
    const char *folder; /* to fill; NULL for a system's installer */
    json_t *receipt;    /* to complete: "packages", "hashes", "interpreter" … */
    FILE *log;
    const char *log_path;
    char said[512];                /* what matters of the last command's output */
    bool said_errors, unreachable; /* it said that a registry was not reached */
};

struct hb_installer {
    const char *kind; /* as in `install:` */
    bool system;      /* it changes the system: there is no environment, and it needs leave */
    /* Do it; into installation->folder unless `system`. */
    int (*fill)(struct hb_installation *installation, struct hb_error *err);
    const char *registry_name; /* "the Python package index" */
    const char *mirror_hint;   /* how to name another one */
};

/* Run one command in `folder` (NULL: any), logged and shown. */
int hb_installation_run(struct hb_installation *installation, const char *const *argv,
                        const char *folder, struct hb_error *err) HB_MUST_CHECK;

/* The output of a short command, in the arena, without its last line end. */
int hb_installation_ask(struct hb_installation *installation, const char *const *argv,
                        const char **ret_output, struct hb_error *err) HB_MUST_CHECK;

/* A file of the new environment with this text. */
int hb_installation_write(struct hb_installation *installation, const char *name, const char *text,
                          const char **ret_path, struct hb_error *err) HB_MUST_CHECK;

extern const struct hb_installer hb_installer_pip;
extern const struct hb_installer hb_installer_npm;
extern const struct hb_installer hb_installer_go;
extern const struct hb_installer hb_installer_apt;

#endif
