/*
 * Python: a virtual environment, and pip in it. What this program ships is installed with
 * --require-hashes; for a version of the user's choice no hashes are known, so the shipped versions
 * of everything else are held to where they fit.
 */
#include <string.h>

#include "base/assert.h"
#include "registry/identity.h"
#include "registry/installer.h"
#include "registry/requirements.h"

enum { ARGUMENTS_MAX = 64 };

/* An argument vector being made. */
struct arguments {
    const char *items[ARGUMENTS_MAX];
    size_t count;
};

static void add(struct arguments *arguments, const char *text)
{
    HB_ASSERT(arguments->count < ARGUMENTS_MAX - 1);
    arguments->items[arguments->count++] = text;
}

static const char *python_of(const struct hb_installation *installation)
{
    return hb_arena_printf(installation->arena, "%s/bin/python", installation->folder);
}

/* The beginning of every pip command. Packages are compiled now, not in a measured run. */
static struct arguments pip_install(const struct hb_installation *installation)
{
    static const char *const words[] = {
        "-m",         "pip",       "install",   "--disable-pip-version-check",
        "--no-input", "--compile", "--retries", "2",
        "--timeout",  "20"};
    struct arguments arguments = {.count = 0};

    add(&arguments, python_of(installation));
    for (size_t i = 0; i < HB_ARRAY_LEN(words); i++)
        add(&arguments, words[i]);
    return arguments;
}

static int make_environment(struct hb_installation *installation, struct hb_error *err)
{
    const struct hb_choice *choice = installation->entry->choice;
    const char *python = choice != NULL && choice->python != NULL ? choice->python : "python3";
    const char *const argv[] = {python, "-m", "venv", installation->folder, NULL};

    if (hb_installation_run(installation, argv, NULL, err) == 0)
        return 0;
    if (strstr(installation->said, "ensurepip") != NULL)
        return hb_fail(err, HB_ERR_UNAVAILABLE,
                       "%s cannot make virtual environments: apt-get install python3-venv", python);
    if (err->code == HB_ERR_UNAVAILABLE && choice == NULL)
        return hb_fail(err, HB_ERR_UNAVAILABLE,
                       "%s is not installed: apt-get install python3 python3-venv", python);
    return -1;
}

static int install_shipped(struct hb_installation *installation, struct hb_error *err)
{
    struct arguments arguments = pip_install(installation);

    add(&arguments, "--require-hashes");
    for (const char *const *file = installation->entry->install_args; *file != NULL; file++) {
        const char *path;

        if (arguments.count + 3 > ARGUMENTS_MAX)
            return hb_fail(err, HB_ERR_LIMIT, "too many requirement files");
        if (hb_install_path(installation->registry, installation->entry, *file, installation->arena,
                            &path, err) != 0)
            return -1;
        add(&arguments, "-r");
        add(&arguments, path);
    }
    json_object_set_new(installation->receipt, "hashes", json_true());
    return hb_installation_run(installation, arguments.items, NULL, err);
}

/* What it is published as: the registry file's packages, or its name. */
static const char *const *published_as(const struct hb_installation *installation)
{
    const struct hb_entry *entry = installation->entry;
    const char **own_name;

    if (entry->packages != NULL && entry->packages[0] != NULL)
        return entry->packages;
    own_name = hb_arena_calloc(installation->arena, 2, sizeof *own_name);
    own_name[0] = entry->name;
    return own_name;
}

/* Whose shipped version does not matter: the client itself, and what the user names. */
static const char *const *chosen_projects(const struct hb_installation *installation)
{
    const struct hb_choice *choice = installation->entry->choice;
    const char **projects =
        hb_arena_calloc(installation->arena, choice->packages_count + 2, sizeof *projects);
    size_t count = 0;

    projects[count++] = published_as(installation)[0];
    for (size_t i = 0; i < choice->packages_count; i++) {
        if (choice->packages[i].kind == HB_PACKAGE_INDEX)
            projects[count++] = choice->packages[i].value;
    }
    return projects;
}

/* The shipped pins but those of what is chosen, as a constraints file; NULL when there are none. */
static int write_constraints(struct hb_installation *installation, const char **ret_path,
                             struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf pins;
    const char *const *left_out = chosen_projects(installation);

    hb_buf_init(&pins, 1 << 20);
    for (const char *const *file = installation->entry->install_args; *file != NULL; file++) {
        const char *path;

        if (hb_install_path(installation->registry, installation->entry, *file, installation->arena,
                            &path, err) != 0 ||
            hb_requirements_pins(path, left_out, &pins, err) != 0)
            return -1;
    }
    *ret_path = NULL;
    return pins.length == 0 ? 0
                            : hb_installation_write(installation, "constraints.txt",
                                                    hb_buf_text(&pins), ret_path, err);
}

/* "httpx[http2]" and "0.27.2" make "httpx[http2]==0.27.2". */
static int add_version(struct hb_installation *installation, struct arguments *arguments,
                       struct hb_error *err)
{
    const char *const *package = published_as(installation);

    add(arguments, hb_arena_printf(installation->arena, "%s==%s", *package,
                                   installation->entry->choice->version));
    for (package++; *package != NULL; package++) {
        if (arguments->count + 3 > ARGUMENTS_MAX)
            return hb_fail(err, HB_ERR_LIMIT, "too many packages");
        add(arguments, *package);
    }
    return 0;
}

static int add_packages(struct hb_installation *installation, struct arguments *arguments,
                        struct hb_error *err)
{
    const struct hb_choice *choice = installation->entry->choice;

    for (size_t i = 0; i < choice->packages_count; i++) {
        const char *argument, *state;

        if (arguments->count + 3 > ARGUMENTS_MAX)
            return hb_fail(err, HB_ERR_LIMIT, "too many packages");
        if (hb_package_resolve(&choice->packages[i], installation->arena, &argument, &state, err) !=
            0)
            return -1;
        add(arguments, argument);
    }
    return 0;
}

static bool is_contradiction(const char *said)
{
    return strstr(said, "ResolutionImpossible") != NULL ||
           strstr(said, "conflicting dependencies") != NULL ||
           strstr(said, "No matching distribution") != NULL;
}

/* With the shipped pins as constraints; without them when they contradict what was chosen. */
static int run_constrained(struct hb_installation *installation, struct arguments *arguments,
                           const char *constraints, struct hb_error *err)
{
    size_t count = arguments->count;

    json_object_set_new(installation->receipt, "hashes", json_false());
    json_object_set_new(installation->receipt, "constraints",
                        json_string(constraints != NULL ? "as shipped" : "none"));
    if (constraints != NULL) {
        add(arguments, "--constraint");
        add(arguments, constraints);
    }
    if (hb_installation_run(installation, arguments->items, NULL, err) == 0)
        return 0;
    if (constraints == NULL || installation->unreachable || !is_contradiction(installation->said))
        return -1;
    arguments->items[count] = NULL;
    json_object_set_new(installation->receipt, "constraints",
                        json_string("none: the shipped versions do not fit"));
    return hb_installation_run(installation, arguments->items, NULL, err);
}

static int install_chosen(struct hb_installation *installation, struct hb_error *err)
{
    const struct hb_choice *choice = installation->entry->choice;
    struct arguments arguments = pip_install(installation);
    const char *constraints;

    if (choice->version == NULL && choice->packages_count == 0)
        return install_shipped(installation, err); /* another interpreter only */
    if (write_constraints(installation, &constraints, err) != 0 ||
        (choice->version != NULL ? add_version(installation, &arguments, err)
                                 : add_packages(installation, &arguments, err)) != 0)
        return -1;
    return run_constrained(installation, &arguments, constraints, err);
}

static int describe(struct hb_installation *installation, struct hb_error *err)
{
    static const char script[] =
        "import importlib.metadata as m, json, platform, sys\n"
        "def version(d):\n"
        "    origin = json.loads(d.read_text('direct_url.json') or '{}')\n"
        "    commit = origin.get('vcs_info', {}).get('commit_id', '')[:12]\n"
        "    where = commit and 'git ' + commit or 'dir_info' in origin and 'path'\n"
        "    return d.version + (f' ({where})' if where else '')\n"
        "print(json.dumps({'interpreter': {'path': getattr(sys, '_base_executable', "
        "sys.executable),"
        " 'version': platform.python_version()},"
        " 'packages': {d.metadata['Name']: version(d) for d in m.distributions()}}))";
    const char *const argv[] = {python_of(installation), "-I", "-c", script, NULL};
    const char *output;
    json_t *facts;

    if (hb_installation_ask(installation, argv, &output, err) != 0)
        return -1;
    facts = json_loads(output, 0, NULL);
    json_object_update(installation->receipt, facts);
    json_decref(facts);
    return 0;
}

static int fill(struct hb_installation *installation, struct hb_error *err)
{
    bool chosen = installation->entry->choice != NULL;

    if (make_environment(installation, err) != 0 ||
        (chosen ? install_chosen(installation, err) : install_shipped(installation, err)) != 0)
        return -1;
    return describe(installation, err);
}

const struct hb_installer hb_installer_pip = {
    .kind = "pip",
    .fill = fill,
    .registry_name = "the Python package index",
    .mirror_hint = "PIP_INDEX_URL or PIP_FIND_LINKS names another place",
};
