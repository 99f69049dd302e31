/* Whether an entry can be used here: its version command is the receipt. What the command prints is
 * a stranger's text, so it is bounded and escaped before anyone sees it. */
#include "registry/registry.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/diag.h"
#include "registry/capture.h"

enum { OUTPUT_BYTES = 8192, QUOTED_BYTES = 300 };

static const int64_t PROBE_TIMEOUT_NS = 10 * HB_NS_PER_S;

/* The first line that holds anything. */
static const char *first_line(const char *text, size_t *ret_length)
{
    text += strspn(text, " \t\r\n");
    *ret_length = strcspn(text, "\r\n");
    return text;
}

/* Where a traceback says what is wrong. */
static const char *last_line(const char *text, size_t length, size_t *ret_length)
{
    size_t begin;

    while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL)
        length--;
    begin = length;
    while (begin > 0 && text[begin - 1] != '\n')
        begin--;
    *ret_length = length - begin;
    return text + begin;
}

static void copy_text(char *dest, size_t bytes, const struct hb_buf *text)
{
    size_t length = text->length < bytes ? text->length : bytes - 1;

    memcpy(dest, hb_buf_text(text), length);
    dest[length] = '\0';
}

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

/* In a source tree, shared folders are links into it: the script that installs everything is two
 * folders above where `clients` really is. */
static bool put_quickstart(const struct hb_registry *registry, struct hb_buf *command)
{
    char clients[PATH_MAX], script[PATH_MAX];
    char *real;

    if (hb_path_join(clients, registry->paths.share, "clients", NULL) != 0 ||
        hb_path_join(script, clients, "../../scripts/quickstart", NULL) != 0 ||
        access(script, X_OK) != 0)
        return false;
    real = realpath(script, NULL);
    if (real != NULL)
        put_word(command, real);
    free(real);
    return real != NULL;
}

static void put_builtin(const struct hb_registry *registry, const struct hb_entry *entry HB_UNUSED,
                        struct hb_buf *command)
{
    if (!put_quickstart(registry, command))
        hb_buf_puts(command, "install http-benchmark again: a part of it is missing");
}

static void put_pip(const struct hb_registry *registry, const struct hb_entry *entry,
                    struct hb_buf *command)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf path;

    hb_buf_init(&path, 2UL * PATH_MAX);
    if (put_quickstart(registry, command))
        hb_buf_puts(command, ", or: ");
    hb_buf_printf(&path, "%s/%s", registry->env_dir, entry->name);
    hb_buf_puts(command, "python3 -m venv ");
    put_word(command, hb_buf_text(&path));
    hb_buf_puts(command, " && ");
    hb_buf_puts(&path, "/bin/pip");
    put_word(command, hb_buf_text(&path));
    hb_buf_puts(command, " install --require-hashes");
    for (const char *const *file = entry->install_args; *file != NULL; file++) {
        hb_buf_clear(&path);
        hb_buf_printf(&path, "%s/%s", registry->paths.share, *file);
        hb_buf_puts(command, " -r ");
        put_word(command, hb_buf_text(&path));
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
} remedies[] = {
    {"builtin", put_builtin}, {"pip", put_pip}, {"apt", put_apt}, {"manual", put_manual}};

static void describe_remedy(const struct hb_registry *registry, const struct hb_entry *entry,
                            struct hb_availability *availability)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf command;

    hb_buf_init(&command, sizeof availability->remedy - 1);
    for (size_t i = 0; i < HB_ARRAY_LEN(remedies); i++) {
        if (strcmp(remedies[i].kind, entry->install_kind) == 0)
            remedies[i].put(registry, entry, &command);
    }
    copy_text(availability->remedy, sizeof availability->remedy, &command);
}

static void put_status(const struct hb_capture *capture, struct hb_buf *reason)
{
    if (capture->timed_out)
        hb_buf_printf(reason, " did not end within %lld s",
                      (long long)(PROBE_TIMEOUT_NS / HB_NS_PER_S));
    else if (WIFSIGNALED(capture->status))
        hb_buf_printf(reason, " was ended by SIG%s", sigabbrev_np(WTERMSIG(capture->status)));
    else if (WEXITSTATUS(capture->status) != 0)
        hb_buf_printf(reason, " exited with code %d", WEXITSTATUS(capture->status));
    else
        hb_buf_puts(reason, " printed no version");
}

static void describe_reason(const struct hb_capture *capture, const char *program,
                            struct hb_availability *availability)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf reason;
    const char *said;
    size_t length;

    hb_buf_init(&reason, sizeof availability->reason - 1);
    hb_escape(&reason, program, strlen(program), QUOTED_BYTES);
    if (capture->spawn_errno != 0) {
        hb_buf_printf(&reason, ": %s", strerror(capture->spawn_errno));
    } else {
        put_status(capture, &reason);
        said = last_line(hb_buf_text(&capture->err), capture->err.length, &length);
        if (length > 0)
            hb_buf_puts(&reason, ": ");
        hb_escape(&reason, said, length, QUOTED_BYTES);
    }
    copy_text(availability->reason, sizeof availability->reason, &reason);
}

/* Some programs (nginx -v) write their version to standard error. */
static bool read_version(const struct hb_capture *capture, struct hb_availability *availability)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf version;
    const char *line;
    size_t length;

    hb_buf_init(&version, sizeof availability->version - 1);
    if (capture->spawn_errno != 0 || capture->timed_out || !WIFEXITED(capture->status) ||
        WEXITSTATUS(capture->status) != 0)
        return false;
    line = first_line(hb_buf_text(&capture->out), &length);
    if (length == 0)
        line = first_line(hb_buf_text(&capture->err), &length);
    hb_escape(&version, line, length, sizeof availability->version - 1);
    copy_text(availability->version, sizeof availability->version, &version);
    return length > 0;
}

int hb_registry_probe(const struct hb_registry *registry, const struct hb_entry *entry,
                      struct hb_availability *ret_availability, struct hb_error *err)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    HB_CLEANUP(hb_capture_release) struct hb_capture capture;
    enum hb_mode mode = (entry->modes & HB_MODE_SYNC) != 0 ? HB_MODE_SYNC : HB_MODE_ASYNC;
    char **argv;

    *ret_availability = (struct hb_availability){0};
    hb_arena_init(&arena);
    hb_capture_init(&capture, OUTPUT_BYTES);
    if (hb_registry_command(registry, entry, entry->version_command, mode, &arena, &argv, err) !=
            0 ||
        hb_capture_run(&capture, argv, PROBE_TIMEOUT_NS, err) != 0)
        return hb_wrap(err, "ask %s for its version", entry->name);
    ret_availability->available = read_version(&capture, ret_availability);
    if (ret_availability->available)
        return 0;
    describe_reason(&capture, argv[0], ret_availability);
    describe_remedy(registry, entry, ret_availability);
    return 0;
}
