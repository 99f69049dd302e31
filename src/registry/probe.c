/* Whether an entry can be used here: its version command is the proof. What the command prints is
 * a stranger's text, so it is bounded and escaped before anyone sees it. */
#include "registry/registry.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/diag.h"
#include "registry/capture.h"
#include "registry/choice.h"
#include "registry/identity.h"
#include "registry/receipt.h"
#include "registry/remedy.h"

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

static void describe_remedy(const struct hb_registry *registry, const struct hb_entry *entry,
                            struct hb_availability *availability)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf command;

    hb_buf_init(&command, sizeof availability->remedy - 1);
    hb_remedy_put(registry, entry, &command);
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

/* Words one space apart, the first without the folder it names: envoy begins with the path that it
 * was called by, which is no part of its version. */
static void put_words(const char *line, size_t length, struct hb_buf *ret)
{
    size_t first = 0;

    for (size_t i = 0; line[0] == '/' && i < length && line[i] != ' '; i++)
        first = line[i] == '/' ? i + 1 : first;
    for (size_t i = first; i < length; i++) {
        if (line[i] != ' ' || (i > first && line[i - 1] != ' '))
            hb_buf_putc(ret, line[i]);
    }
}

/* Some programs (nginx -v) write their version to standard error. */
static bool read_version(const struct hb_capture *capture, struct hb_availability *availability)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf version, words;
    const char *line;
    size_t length;

    hb_buf_init(&version, sizeof availability->version - 1);
    hb_buf_init(&words, OUTPUT_BYTES);
    if (capture->spawn_errno != 0 || capture->timed_out || !WIFEXITED(capture->status) ||
        WEXITSTATUS(capture->status) != 0)
        return false;
    line = first_line(hb_buf_text(&capture->out), &length);
    if (length == 0)
        line = first_line(hb_buf_text(&capture->err), &length);
    put_words(line, length, &words);
    hb_escape(&version, hb_buf_text(&words), words.length, sizeof availability->version - 1);
    copy_text(availability->version, sizeof availability->version, &version);
    return words.length > 0;
}

/* An environment that was made of something else than an installation would be made of now. Without
 * a receipt there is nothing to hold against it. */
static bool is_out_of_date(const struct hb_registry *registry, const struct hb_entry *entry,
                           struct hb_arena *arena, struct hb_availability *availability)
{
    char identity[HB_IDENTITY_BYTES];
    struct hb_receipt receipt;
    struct hb_error why = {0};

    hb_receipt_read(registry->env_dir, hb_entry_environment(entry), arena, &receipt);
    if (receipt.identity[0] == '\0')
        return false;
    if (hb_identity_of(registry, entry, identity, &why) != 0)
        snprintf(availability->reason, sizeof availability->reason, "%.500s", why.message);
    else if (strcmp(identity, receipt.identity) != 0)
        snprintf(availability->reason, sizeof availability->reason,
                 "its environment was made of something else than what is asked for now (%s)",
                 receipt.chosen);
    return availability->reason[0] != '\0';
}

static int ask_version(const struct hb_registry *registry, const struct hb_entry *entry,
                       int interrupt_fd, struct hb_arena *arena,
                       struct hb_availability *availability, struct hb_error *err)
{
    HB_CLEANUP(hb_capture_release) struct hb_capture capture;
    enum hb_mode mode = (entry->modes & HB_MODE_SYNC) != 0 ? HB_MODE_SYNC : HB_MODE_ASYNC;
    char **argv;

    hb_capture_init(&capture, OUTPUT_BYTES);
    capture.interrupt_fd = interrupt_fd;
    if (hb_registry_command(registry, entry, entry->version_command, mode, arena, &argv, err) !=
            0 ||
        hb_capture_run(&capture, argv, PROBE_TIMEOUT_NS, err) != 0)
        return hb_wrap(err, "ask %s for its version", entry->name);
    if (capture.interrupted)
        return hb_fail(err, HB_ERR_INTERRUPTED, "interrupted");
    availability->available = read_version(&capture, availability);
    if (!availability->available)
        describe_reason(&capture, argv[0], availability);
    return 0;
}

int hb_registry_probe_until(const struct hb_registry *registry, const struct hb_entry *entry,
                            int interrupt_fd, struct hb_availability *ret_availability,
                            struct hb_error *err)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;

    *ret_availability = (struct hb_availability){0};
    hb_arena_init(&arena);
    if (!is_out_of_date(registry, entry, &arena, ret_availability) &&
        ask_version(registry, entry, interrupt_fd, &arena, ret_availability, err) != 0)
        return -1;
    if (!ret_availability->available)
        describe_remedy(registry, entry, ret_availability);
    return 0;
}

int hb_registry_probe(const struct hb_registry *registry, const struct hb_entry *entry,
                      struct hb_availability *ret_availability, struct hb_error *err)
{
    return hb_registry_probe_until(registry, entry, -1, ret_availability, err);
}
