/*
 * What clients and servers there are. Registries are data: one YAML file a client
 * (share/clients/NAME.yaml), one folder a server (share/servers/NAME/server.yaml), with the same
 * keys for both and for native and foreign alike. Adding one touches no C.
 *
 * This layer reads the files, answers questions about them, finds out what is available and in
 * which version, and turns a command template into an argument vector. It starts nothing but
 * version commands, and those only when asked (hb_registry_probe).
 */
#ifndef HB_REGISTRY_REGISTRY_H
#define HB_REGISTRY_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/paths.h"

struct hb_diags;

enum hb_entry_kind {
    HB_ENTRY_CLIENT,
    HB_ENTRY_SERVER,
};

enum hb_mode {
    HB_MODE_SYNC = 1 << 0,
    HB_MODE_ASYNC = 1 << 1,
};

enum hb_http {
    HB_HTTP_1_1 = 1 << 0, /* "http/1.1" */
    HB_HTTP_2 = 1 << 1,   /* "h2" */
};

/* Kinds of load that a client may be the yardstick of: the most that a server gives here. */
enum hb_yardstick {
    HB_YARDSTICK_HTTP,  /* cleartext HTTP/1.1 */
    HB_YARDSTICK_HTTPS, /* HTTP/1.1 over TLS */
    HB_YARDSTICK_H2,    /* HTTP/2, over either */
    HB_YARDSTICK_COUNT
};

/* How a client is set up. */
enum hb_profile {
    HB_PROFILE_TUNED = 1 << 0, /* at its best under conditions that are equal for all */
    HB_PROFILE_STOCK = 1 << 1, /* as the library comes */
};

const char *hb_mode_name(enum hb_mode mode); /* "sync", "async" */
const char *hb_profile_name(enum hb_profile profile);
const char *hb_http_name(enum hb_http http); /* "http/1.1", "h2" */

/* -1 when the name is unknown. */
int hb_mode_from_name(const char *name, enum hb_mode *ret_mode) HB_MUST_CHECK;
int hb_http_from_name(const char *name, enum hb_http *ret_http) HB_MUST_CHECK;

/* Something a user cannot exceed, with the reason that reports and errors give. */
struct hb_entry_limit {
    const char *name; /* acted on: "max_concurrency", "descriptors_per_task"; others are shown */
    uint64_t value;
    const char *why;
};

enum hb_option_type {
    HB_OPTION_BOOL,
    HB_OPTION_INTEGER,
    HB_OPTION_STRING,
    HB_OPTION_ENUM,
};

/* A setting of its own that a client or server declares. */
struct hb_entry_option {
    const char *name;
    enum hb_option_type type;
    const char *default_json; /* JSON text: "true", "4", "\"uvloop\"" */
    const char *help;
    const char *const *values; /* of an enum, NULL-terminated; else NULL */
    int64_t minimum, maximum;  /* of an integer; both 0: no range */
};

/* A figure that a server tells, as an extended regular expression: the sum of what its last group
 * matches, over all matches in the text. */
struct hb_entry_count {
    const char *name; /* "requests", "connections", "bytes_in", "bytes_out" */
    const char *pattern;
    int64_t own; /* how much a reading adds to it by itself */
};

/*
 * How to run a server program that knows nothing of us (docs/servers.md). All texts but `probe` are
 * templates: words such as @run@ and @http@ stand for what is chosen when it is started.
 */
struct hb_entry_topology {
    const char *const *configuration; /* files beside the registry file: "nginx.conf.in" */
    const char *const *environment;   /* "GOMAXPROCS=@workers@" */
    const char *ready;                /* URL that answers 200 once the program is up */
    const char *probe;                /* a path that it serves with 200 once all of it works */
    const char *counts_url;           /* where it tells its figures; NULL: nowhere */
    const struct hb_entry_count *counts;
    size_t counts_count;
};

/* One thing to install that a user wrote. */
struct hb_package {
    enum {
        HB_PACKAGE_INDEX,    /* a requirement or an address, as the package manager takes it */
        HB_PACKAGE_PATH,     /* a file or folder */
        HB_PACKAGE_REVISION, /* a git revision of the repository that `folder` lies in */
        HB_PACKAGE_REMOTE,   /* one of a repository elsewhere */
    } kind;
    const char *text;  /* as written: "httpx==0.28.1", "..", "git:main" */
    const char *value; /* the requirement, the absolute path, the revision ("HEAD": none given) */
    const char
        *folder;     /* where it was written, absolute; of a revision a folder of its repository */
    const char *url; /* of a repository elsewhere; else NULL */
    const char *commit; /* what its revision leads to now; NULL: it was not asked */
};

/* What a user chose in place of what this program ships for an entry. */
struct hb_choice {
    const char *version;               /* NULL: not chosen */
    const char *python;                /* absolute path or name in PATH; NULL: python3 */
    const struct hb_package *packages; /* in place of the shipped ones; empty: not chosen */
    size_t packages_count;
    const char *file; /* the scenario that says so, for remedies; NULL: none */
};

struct hb_entry {
    enum hb_entry_kind kind;
    const char *name;
    const char *summary;
    const char *language;
    unsigned modes;                     /* bits of enum hb_mode; 0 for servers */
    unsigned protocols;                 /* bits of enum hb_http */
    unsigned profiles;                  /* bits of enum hb_profile; 0 for servers */
    const char *const *command;         /* template, NULL-terminated */
    const char *const *version_command; /* template, NULL-terminated */
    const char *install_kind;           /* "builtin", "pip", "npm", "go", "apt", "manual" */
    const char *const *install_args;    /* requirement files, folders, packages, what to type;
                                           NULL-terminated */
    const char *const *packages;        /* what it is published as, the first with a version of the
                                           user's choice; NULL-terminated */
    const char *environment;            /* folder below env_dir; NULL: its name */
    const struct hb_choice *choice;     /* NULL: as shipped */
    unsigned yardstick;                 /* of a client: bits 1 << enum hb_yardstick */
    bool sends_nothing; /* a client that measures the harness: servers see none of its requests */
    const struct hb_entry_limit *limits;
    size_t limits_count;
    const struct hb_entry_option *options;
    size_t options_count;
    const struct hb_entry_topology *topology; /* NULL: it speaks our control channel (a server), or
                                                 the worker protocol */
    const char *path;                         /* of the registry file, for messages */
    const char *folder;     /* that it is in, absolute; NULL: not known, and {here} is refused */
    const char *own_folder; /* of the user, as given to hb_registry_add(); NULL: shipped */
    bool defined;           /* by a scenario, which is `path` */
};

struct hb_registry {
    struct hb_arena *arena;
    struct hb_paths paths;
    const char *env_dir; /* where environments of foreign clients are kept */
    const struct hb_entry *clients;
    size_t clients_count;
    const struct hb_entry *servers;
    size_t servers_count;
};

/*
 * Read every registry file below paths->share. Problems in files go to `diags` with their place;
 * returns -1 when there was any, or when a folder cannot be read. Strings and arrays live in
 * `arena`, which must outlive the registry. env_dir is $HTTP_BENCHMARK_ENV_DIR, else
 * http-benchmark/env in $XDG_DATA_HOME or ~/.local/share; without a home, PREFIX/share's own.
 */
int hb_registry_load(struct hb_registry *ret_registry, struct hb_arena *arena,
                     const struct hb_paths *paths, struct hb_diags *diags,
                     struct hb_error *err) HB_MUST_CHECK;

/*
 * Add a user's own folder: NAME.yaml each for clients, NAME/server.yaml each for servers. A name
 * that is taken is a problem like any other. Entries found before move: pointers to them (from
 * hb_registry_find) are stale.
 */
int hb_registry_add(struct hb_registry *registry, enum hb_entry_kind kind, const char *folder,
                    struct hb_diags *diags, struct hb_error *err) HB_MUST_CHECK;

/* NULL when there is none of that name. */
const struct hb_entry *hb_registry_find(const struct hb_registry *registry, enum hb_entry_kind kind,
                                        const char *name);

/* The nearest known name for a typo, or NULL when nothing is near. */
const char *hb_registry_nearest(const struct hb_registry *registry, enum hb_entry_kind kind,
                                const char *name);

const struct hb_entry_limit *hb_entry_limit(const struct hb_entry *entry, const char *name);
const struct hb_entry_option *hb_entry_option(const struct hb_entry *entry, const char *name);

/* Whether an entry can be used here, found out by running its version command. */
struct hb_availability {
    bool available;
    char version[128]; /* first line of the version command's output */
    char reason[512];  /* when unavailable: what is missing, */
    char remedy[2048]; /* and the command that mends it */
};

/*
 * Run the version command (directly, no shell, 10 s at most, its output bounded) and describe the
 * result. Fails only for reasons of our own; an unavailable client is a result.
 */
int hb_registry_probe(const struct hb_registry *registry, const struct hb_entry *entry,
                      struct hb_availability *ret_availability, struct hb_error *err) HB_MUST_CHECK;

/* The same, given up with HB_ERR_INTERRUPTED as soon as `interrupt_fd` (-1: none) is readable. */
int hb_registry_probe_until(const struct hb_registry *registry, const struct hb_entry *entry,
                            int interrupt_fd, struct hb_availability *ret_availability,
                            struct hb_error *err) HB_MUST_CHECK;

/*
 * The argument vector of an entry: the template with {libexec} {share} {here} {env} {python} {node}
 * {mode} replaced (no shell, no quoting: an argument stays one argument), and the program looked up
 * in PATH, then in the sbin folders. A program that is not found stays a bare name.
 * NULL-terminated, in `arena`. `mode` is ignored for servers.
 */
int hb_registry_command(const struct hb_registry *registry, const struct hb_entry *entry,
                        const char *const *template_argv, enum hb_mode mode, struct hb_arena *arena,
                        char ***ret_argv, struct hb_error *err) HB_MUST_CHECK;

/* The first word in braces of a client's template that is no placeholder, in `arena`; NULL: none
 * is.
 */
const char *hb_registry_unknown_placeholder(const char *text, struct hb_arena *arena);

#endif
