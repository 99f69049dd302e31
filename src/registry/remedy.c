/* What to type, for entries of each kind. A program that the user would not find by its name is
 * named by its path. */
#include "registry/remedy.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/choice.h"

/* As a word of a shell, for commands that people copy. */
static void put_word(struct hb_buf *command, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "%+,-./:=@_";

    if (*word != '\0' && word[strspn(word, plain)] == '\0') {
        hb_buf_puts(command, word);
        return;
    }
    hb_buf_putc(command, '\'');
    for (; *word != '\0'; word++) {
        if (*word == '\'')
            hb_buf_puts(command, "'\\''");
        else
            hb_buf_putc(command, *word);
    }
    hb_buf_putc(command, '\'');
}

static bool leads_to(const char *path, const char *program)
{
    char *real = realpath(path, NULL);
    bool same = real != NULL && strcmp(real, program) == 0;

    free(real);
    return same;
}

/* Whether the bare name means this program. */
static bool is_in_path(const char *program)
{
    const char *folders = getenv("PATH");
    char folder[PATH_MAX], path[PATH_MAX];

    while (folders != NULL && *folders != '\0') {
        size_t length = strcspn(folders, ":");

        if (length > 0 && length < sizeof folder) {
            memcpy(folder, folders, length);
            folder[length] = '\0';
            if (hb_path_join(path, folder, "http-benchmark", NULL) == 0 && access(path, X_OK) == 0)
                return leads_to(path, program);
        }
        folders += length;
        folders += *folders == ':';
    }
    return false;
}

static void put_program(const struct hb_registry *registry, struct hb_buf *command)
{
    const char *program = registry->paths.program;

    put_word(command, program[0] == '\0' || is_in_path(program) ? "http-benchmark" : program);
}

static void put_builtin(const struct hb_registry *registry HB_UNUSED,
                        const struct hb_entry *entry HB_UNUSED, struct hb_buf *command)
{
    hb_buf_puts(command, "install http-benchmark again: a part of it is missing");
}

/* A scenario's own words need the scenario; a user's own registry needs its folder. */
static void put_install(const struct hb_registry *registry, const struct hb_entry *entry,
                        struct hb_buf *command)
{
    const struct hb_choice *choice = entry->choice;
    bool by_name = !entry->defined && (choice == NULL || choice->packages_count == 0);

    put_program(registry, command);
    hb_buf_puts(command, " install ");
    if (!by_name) {
        hb_buf_puts(command, "--for ");
        put_word(command, choice != NULL && choice->file != NULL ? choice->file : entry->path);
        return;
    }
    put_word(command, entry->name);
    if (choice != NULL && choice->version != NULL) {
        hb_buf_putc(command, '@');
        put_word(command, choice->version);
    }
    if (choice != NULL && choice->python != NULL) {
        hb_buf_puts(command, " --python ");
        put_word(command, choice->python);
    }
    if (entry->own_folder != NULL && entry->kind == HB_ENTRY_CLIENT) {
        hb_buf_puts(command, " --clients ");
        put_word(command, entry->own_folder);
    }
}

static void put_apt(const struct hb_registry *registry HB_UNUSED, const struct hb_entry *entry,
                    struct hb_buf *command)
{
    hb_buf_puts(command, "sudo apt-get install");
    for (const char *const *package = entry->install_args; *package != NULL; package++) {
        hb_buf_putc(command, ' ');
        put_word(command, *package);
    }
}

static void put_manual(const struct hb_registry *registry HB_UNUSED, const struct hb_entry *entry,
                       struct hb_buf *command)
{
    for (const char *const *step = entry->install_args; *step != NULL; step++) {
        if (step != entry->install_args)
            hb_buf_puts(command, " && ");
        hb_buf_puts(command, *step);
    }
}

static const struct {
    const char *kind;
    void (*put)(const struct hb_registry *registry, const struct hb_entry *entry,
                struct hb_buf *command);
} remedies[] = {{"builtin", put_builtin}, {"pip", put_install}, {"npm", put_install},
                {"go", put_install},      {"apt", put_apt},     {"manual", put_manual}};

void hb_remedy_put(const struct hb_registry *registry, const struct hb_entry *entry,
                   struct hb_buf *ret_command)
{
    for (size_t i = 0; i < HB_ARRAY_LEN(remedies); i++) {
        if (strcmp(remedies[i].kind, entry->install_kind) == 0)
            remedies[i].put(registry, entry, ret_command);
    }
}
