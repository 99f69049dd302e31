/* Choices as data: what may be chosen, and which environment a choice has. Nothing is looked up on
 * disk or in a network here, so that scenarios can be checked anywhere. */
#include "registry/choice.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include <xxhash.h>

#include "base/assert.h"
#include "base/buf.h"

enum { VERSION_MAX = 60, PACKAGE_MAX = 500 };

const char *hb_version_problem(const char *version)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  ".!+_-";
    size_t length = strlen(version);

    if (length == 0 || length > VERSION_MAX || !isalnum((unsigned char)version[0]) ||
        strspn(version, allowed) != length)
        return "expected a version such as 0.27.2";
    return NULL;
}

static bool has_control_character(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return true;
    }
    return false;
}

static bool is_path(const char *text)
{
    return text[0] == '/' || strcmp(text, ".") == 0 || strcmp(text, "..") == 0 ||
           strncmp(text, "./", 2) == 0 || strncmp(text, "../", 3) == 0;
}

/* Other schemes of git's ("ext::") start programs. */
static bool is_url(const char *text)
{
    static const char *const schemes[] = {"https://", "http://", "ssh://", "git://"};

    for (size_t i = 0; i < HB_ARRAY_LEN(schemes); i++) {
        if (strncmp(text, schemes[i], strlen(schemes[i])) == 0)
            return true;
    }
    return false;
}

/* The "@" before a revision; NULL when there is none. The one in "ssh://git@host/" is another. */
static const char *find_revision(const char *text)
{
    const char *at = strrchr(text, '@');
    const char *host = strstr(text, "://");

    if (at != NULL && host != NULL && memchr(host + 3, '/', (size_t)(at - host - 3)) == NULL)
        return NULL;
    return at;
}

static bool ends_with(const char *text, size_t length, const char *end)
{
    size_t behind = strlen(end);

    return length >= behind && memcmp(text + length - behind, end, behind) == 0;
}

/* What is installed is shown in reports and stored, and a password would be, too. The user of
 * "ssh://git@host/" is no secret; one of the web is a token more often than not. */
static bool has_credentials(const char *text)
{
    const char *separator = strstr(text, "://");
    const char *host = separator != NULL ? separator + strlen("://") : "";
    const char *at = memchr(host, '@', strcspn(host, "/"));
    size_t scheme = separator != NULL ? (size_t)(separator - text) : 0;

    return at != NULL && (memchr(host, ':', (size_t)(at - host)) != NULL ||
                          ends_with(text, scheme, "http") || ends_with(text, scheme, "https"));
}

/* A repository that is named by where it is: a URL, or a path of this machine. */
static void set_repository(const char *text, size_t length, struct hb_arena *arena,
                           struct hb_package *ret)
{
    if (is_url(text)) {
        ret->kind = HB_PACKAGE_REMOTE;
        ret->url = hb_arena_strndup(arena, text, length);
    } else if (text[0] == '/') {
        ret->folder = hb_arena_strndup(arena, text, length);
    } else {
        ret->folder = hb_arena_printf(arena, "%s/%.*s", ret->folder, (int)length, text);
    }
}

/* "REVISION", "URL@REVISION" or "PATH@REVISION". */
static const char *parse_git(const char *text, struct hb_arena *arena, struct hb_package *ret)
{
    const char *where = strncmp(text, "file://", 7) == 0 ? text + 7 : text;
    const char *at;

    ret->kind = HB_PACKAGE_REVISION;
    ret->value = text;
    if (is_url(where) || where[0] == '/' || where[0] == '.') {
        at = find_revision(where);
        ret->value = at != NULL ? at + 1 : "HEAD";
        set_repository(where, at != NULL ? (size_t)(at - where) : strlen(where), arena, ret);
    }
    return strchr("-", ret->value[0]) != NULL ? "expected a revision after git:" : NULL;
}

const char *hb_package_parse(const char *text, const char *folder, struct hb_arena *arena,
                             struct hb_package *ret)
{
    /* A leading dash would be an option of the package manager or of git. */
    if (text[0] == '\0' || text[0] == '-' || strlen(text) > PACKAGE_MAX ||
        has_control_character(text))
        return "expected a requirement such as httpx==0.28.1, git:REVISION, an address or a path";
    if (has_credentials(text))
        return "no user name or password in an address: git's credential helpers and a .netrc file "
               "keep them";
    *ret = (struct hb_package){.kind = HB_PACKAGE_INDEX,
                               .text = hb_arena_strdup(arena, text),
                               .folder = hb_arena_strdup(arena, folder)};
    ret->value = ret->text;
    if (is_path(text)) {
        ret->kind = HB_PACKAGE_PATH;
        if (text[0] != '/')
            ret->value = hb_arena_printf(arena, "%s/%s", folder, text);
    } else if (strncmp(text, "git:", 4) == 0) {
        return parse_git(ret->text + 4, arena, ret);
    }
    return NULL;
}

/* What each way to install can do beyond what is shipped. */
static const struct ability {
    const char *kind, *excuse;
    bool version, python, packages;
} abilities[] = {
    {"pip", NULL, true, true, true},
    {"npm", "comes from npm: it has no 'python'", true, false, true},
    {"go", "is built by Go: it has no 'python'", true, false, true},
    {"builtin", "is part of this program: there is one version of it", false, false, false},
    {"apt", "comes from the system: there is one version of it", false, false, false},
    {"manual", "is installed by hand: this program knows of one version", false, false, false},
};

static bool is_empty(const struct hb_choice *choice)
{
    return choice->version == NULL && choice->python == NULL && choice->packages_count == 0;
}

static bool exceeds(const struct ability *ability, const struct hb_choice *choice)
{
    return (choice->version != NULL && !ability->version) ||
           (choice->python != NULL && !ability->python) ||
           (choice->packages_count > 0 && !ability->packages);
}

static const struct ability *ability_of(const struct hb_entry *entry)
{
    for (size_t i = 0; i < HB_ARRAY_LEN(abilities); i++) {
        if (strcmp(abilities[i].kind, entry->install_kind) == 0)
            return &abilities[i];
    }
    HB_ASSERT(!"a known way to install");
    return NULL;
}

/* A version or a checkout needs something that it is one of: a client's own name will not do for a
 * module, and one of the standard library alone has none. */
static bool lacks_module(const struct hb_entry *entry)
{
    return strcmp(entry->install_kind, "go") == 0 &&
           (entry->packages == NULL || entry->packages[0] == NULL);
}

const char *hb_choice_problem(const struct hb_entry *entry, const struct hb_choice *choice)
{
    if (is_empty(choice))
        return NULL;
    if (exceeds(ability_of(entry), choice))
        return ability_of(entry)->excuse;
    if (lacks_module(entry))
        return "names no module ('package' in its registry file) that could be chosen: what it "
               "measures comes with Go itself";
    if (choice->version != NULL && choice->packages_count > 0)
        return "gets its version from 'install': write it there";
    return NULL;
}

/* Of everything that makes this environment another one. Folders are absolute: two checkouts with
 * scenarios that both say ".." are two environments. */
static uint64_t hash_choice(const struct hb_choice *choice)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, 1 << 20);
    hb_buf_printf(&text, "%s\n", choice->python != NULL ? choice->python : "");
    for (size_t i = 0; i < choice->packages_count; i++) {
        const struct hb_package *package = &choice->packages[i];
        const char *where = package->kind == HB_PACKAGE_REVISION ? package->folder : package->url;

        hb_buf_printf(&text, "%d %s\n%s\n", package->kind, package->value,
                      where != NULL ? where : "");
    }
    return XXH3_64bits(hb_buf_text(&text), text.length);
}

static const char *name_environment(const struct hb_entry *entry, const struct hb_choice *choice,
                                    struct hb_arena *arena)
{
    const char *name = entry->name;

    if (choice->version != NULL)
        name = hb_arena_printf(arena, "%s@%s", name, choice->version);
    if (choice->python != NULL || choice->packages_count > 0)
        name = hb_arena_printf(arena, "%s+%016" PRIx64, name, hash_choice(choice));
    return name;
}

const struct hb_entry *hb_entry_choose(const struct hb_entry *entry, const struct hb_choice *choice,
                                       struct hb_arena *arena)
{
    struct hb_entry *chosen;

    if (is_empty(choice))
        return entry;
    chosen = hb_arena_memdup(arena, entry, sizeof *entry);
    chosen->choice = hb_arena_memdup(arena, choice, sizeof *choice);
    chosen->environment = name_environment(entry, choice, arena);
    return chosen;
}

const char *hb_entry_environment(const struct hb_entry *entry)
{
    return entry->environment != NULL ? entry->environment : entry->name;
}
