/* Asking a repository over a network, without ever asking a person. */
#include "registry/remote_revision.h"

#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/macros.h"
#include "registry/capture.h"

enum { HASH_BYTES = 40, ABBREVIATED_BYTES = 7, OUTPUT_MAX_BYTES = 1 << 20 };

static const int64_t TIMEOUT_NS = 60 * HB_NS_PER_S;

static bool is_hash(const char *text, size_t least)
{
    size_t length = strlen(text);

    return length >= least && length <= HASH_BYTES && strspn(text, "0123456789abcdef") == length;
}

/* The hash of the line that has this name; NULL: there is none. */
static const char *find_line(const char *output, const char *name, struct hb_arena *arena)
{
    for (const char *line = output; *line != '\0';) {
        size_t length = strcspn(line, "\n");

        if (length > HASH_BYTES + 1 && line[HASH_BYTES] == '\t' &&
            length - HASH_BYTES - 1 == strlen(name) &&
            strncmp(line + HASH_BYTES + 1, name, strlen(name)) == 0)
            return hb_arena_strndup(arena, line, HASH_BYTES);
        line += length + (line[length] == '\n');
    }
    return NULL;
}

const char *hb_remote_commit_parse(const char *output, const char *revision, struct hb_arena *arena)
{
    /* As git itself looks a name up; of a signed tag the commit that it is put on. */
    static const char *const forms[] = {"%s^{}", "%s", "refs/tags/%s^{}", "refs/tags/%s",
                                        "refs/heads/%s"};

    for (size_t i = 0; i < HB_ARRAY_LEN(forms); i++) {
        const char *at = strchr(forms[i], '%');
        const char *name = hb_arena_printf(arena, "%.*s%s%s", (int)(at - forms[i]), forms[i],
                                           revision, at + strlen("%s"));
        const char *commit = find_line(output, name, arena);

        if (commit != NULL && is_hash(commit, HASH_BYTES))
            return commit;
    }
    return NULL;
}

static int check(const struct hb_capture *capture, const char *url, struct hb_arena *arena,
                 struct hb_error *err)
{
    if (capture->spawn_errno != 0 ||
        (WIFEXITED(capture->status) && WEXITSTATUS(capture->status) == 127))
        return hb_fail(err, HB_ERR_UNAVAILABLE, "'git:%.300s' needs git: apt-get install git", url);
    if (capture->timed_out)
        return hb_fail(err, HB_ERR_UNAVAILABLE,
                       "%.300s did not say within %lld s where its branches are; name a commit, or "
                       "try again when it is reached",
                       url, (long long)(TIMEOUT_NS / HB_NS_PER_S));
    if (capture->status != 0)
        return hb_fail(err, HB_ERR_UNAVAILABLE,
                       "%.300s was not reached (%.200s); name a commit, or try again when it is",
                       url, hb_capture_reason(capture, arena));
    return 0;
}

int hb_remote_commit(const char *url, const char *revision, struct hb_arena *arena,
                     const char **ret_commit, struct hb_error *err)
{
    HB_CLEANUP(hb_capture_release) struct hb_capture capture;
    const char *peeled = hb_arena_printf(arena, "%s^{}", revision);
    /* Through env, so that neither git nor ssh asks for a password at the terminal. */
    const char *const words[] = {"env",
                                 "GIT_TERMINAL_PROMPT=0",
                                 "GIT_SSH_COMMAND=ssh -oBatchMode=yes",
                                 "git",
                                 "ls-remote",
                                 "--",
                                 url,
                                 revision,
                                 peeled,
                                 NULL};
    char *argv[HB_ARRAY_LEN(words)] = {NULL};

    hb_capture_init(&capture, OUTPUT_MAX_BYTES);
    *ret_commit = revision;
    if (is_hash(revision, HASH_BYTES))
        return 0;
    for (size_t i = 0; words[i] != NULL; i++)
        argv[i] = hb_arena_strdup(arena, words[i]);
    if (hb_capture_run(&capture, argv, TIMEOUT_NS, err) != 0 ||
        check(&capture, url, arena, err) != 0)
        return -1;
    *ret_commit = hb_remote_commit_parse(hb_buf_text(&capture.out), revision, arena);
    if (*ret_commit == NULL && is_hash(revision, ABBREVIATED_BYTES))
        *ret_commit = revision;
    if (*ret_commit == NULL)
        return hb_fail(err, HB_ERR_INPUT, "%.300s has no branch or tag '%.100s'", url, revision);
    return 0;
}
