/* What installers share: running commands, and remembering of their output what matters when one of
 * them fails. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/paths.h"
#include "registry/capture.h"
#include "registry/follow.h"
#include "registry/installer.h"

enum { ANSWER_BYTES = 4 << 20, QUOTED_BYTES = 160 };

static const int64_t STEP_TIMEOUT_NS = 1800 * HB_NS_PER_S; /* compiling on a slow machine */
static const int64_t ASK_TIMEOUT_NS = 60 * HB_NS_PER_S;

static bool has_any(const char *line, const char *const *patterns)
{
    for (; *patterns != NULL; patterns++) {
        if (strstr(line, *patterns) != NULL)
            return true;
    }
    return false;
}

/* In the words of pip, npm, go, git and apt. */
static bool is_about_network(const char *line)
{
    static const char *const patterns[] = {"NewConnectionError",
                                           "NameResolutionError",
                                           "Failed to establish a new connection",
                                           "emporary failure in name resolution",
                                           "emporary failure resolving",
                                           "Name or service not known",
                                           "Network is unreachable",
                                           "Could not resolve host",
                                           "ConnectTimeoutError",
                                           "ReadTimeoutError",
                                           "ProxyError",
                                           "ENOTFOUND",
                                           "EAI_AGAIN",
                                           "ECONNREFUSED",
                                           "ETIMEDOUT",
                                           "dial tcp",
                                           NULL};

    return has_any(line, patterns);
}

static bool is_error(const char *line)
{
    static const char *const patterns[] = {"ERROR:", "error:", "npm ERR!", "npm error",
                                           "fatal:", "E: ",    NULL};

    return has_any(line, patterns);
}

/* The errors, one after another; until there is one, the last line. */
static void remember(struct hb_installation *installation, const char *line)
{
    size_t length = installation->said_errors ? strlen(installation->said) : 0;

    installation->unreachable |= is_about_network(line);
    if (!is_error(line) && installation->said_errors)
        return;
    if (is_error(line) && !installation->said_errors)
        length = 0;
    installation->said_errors |= is_error(line);
    snprintf(installation->said + length, sizeof installation->said - length, "%s%.*s%s",
             length > 0 ? "; " : "", QUOTED_BYTES, line, strlen(line) > QUOTED_BYTES ? "…" : "");
}

static void take_line(void *context, const char *line)
{
    struct hb_installation *installation = context;

    fprintf(installation->log, "%s\n", line);
    remember(installation, line);
    installation->options->line(installation->options->context, line);
}

static void tell_command(struct hb_installation *installation, const char *const *argv)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, 8192);
    hb_buf_puts(&text, "$");
    for (; *argv != NULL; argv++)
        hb_buf_printf(&text, " %s", *argv);
    fprintf(installation->log, "%s\n", hb_buf_text(&text));
    installation->options->line(installation->options->context, hb_buf_text(&text));
}

static char **copy_argv(struct hb_arena *arena, const char *const *argv)
{
    size_t count = 0;
    char **copy;

    while (argv[count] != NULL)
        count++;
    copy = hb_arena_calloc(arena, count + 1, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = hb_arena_strdup(arena, argv[i]);
    return copy;
}

int hb_installation_run(struct hb_installation *installation, const char *const *argv,
                        const char *folder, struct hb_error *err)
{
    const struct hb_follow follow = {.argv = copy_argv(installation->arena, argv),
                                     .folder = folder,
                                     .timeout_ns = STEP_TIMEOUT_NS,
                                     .line = take_line,
                                     .context = installation};

    installation->said[0] = '\0';
    installation->said_errors = installation->unreachable = false;
    tell_command(installation, argv);
    return hb_follow_run(&follow, err);
}

int hb_installation_ask(struct hb_installation *installation, const char *const *argv,
                        const char **ret_output, struct hb_error *err)
{
    HB_CLEANUP(hb_capture_release) struct hb_capture capture;

    hb_capture_init(&capture, ANSWER_BYTES);
    if (hb_capture_run(&capture, copy_argv(installation->arena, argv), ASK_TIMEOUT_NS, err) != 0)
        return -1;
    if (capture.spawn_errno != 0)
        return hb_fail_errno(err, capture.spawn_errno, "start %s", argv[0]);
    if (capture.timed_out || capture.status != 0)
        return hb_fail(err, HB_ERR_RUN, "%s did not answer: %.300s", argv[0],
                       hb_buf_text(&capture.err));
    while (capture.out.length > 0 && capture.out.data[capture.out.length - 1] == '\n')
        capture.out.data[--capture.out.length] = '\0';
    *ret_output = hb_arena_strdup(installation->arena, hb_buf_text(&capture.out));
    return 0;
}

int hb_installation_write(struct hb_installation *installation, const char *name, const char *text,
                          const char **ret_path, struct hb_error *err)
{
    HB_CLEANUP(hb_fd_close) int fd = -1;

    *ret_path = hb_arena_printf(installation->arena, "%s/%s", installation->folder, name);
    fd = open(*ret_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return hb_fail_errno(err, errno, "write %s", *ret_path);
    return hb_fd_write_all(fd, text, strlen(text), err);
}
