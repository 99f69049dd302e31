/* Asking git about history, with its plumbing only: what it prints is not for a user to configure.
 */
#include "cli/commits.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/assert.h"
#include "base/clock.h"
#include "registry/capture.h"

enum { OUTPUT_MAX_BYTES = 32 << 20, WORDS_MAX = 10, HASH_MIN = 40 };

static const int64_t TIMEOUT_NS = 60 * HB_NS_PER_S;

struct question {
    const char *repository;
    int interrupt_fd;
    struct hb_arena *arena;
};

/* Run git; *ret_status is its exit code. */
static int ask(const struct question *question, const char *const *words,
               struct hb_capture *capture, int *ret_status, struct hb_error *err)
{
    char *argv[WORDS_MAX + 4] = {hb_arena_strdup(question->arena, "git"),
                                 hb_arena_strdup(question->arena, "-C"),
                                 hb_arena_strdup(question->arena, question->repository)};

    for (size_t i = 0; i < WORDS_MAX && words[i] != NULL; i++)
        argv[i + 3] = hb_arena_strdup(question->arena, words[i]);
    capture->interrupt_fd = question->interrupt_fd;
    if (hb_capture_run(capture, argv, TIMEOUT_NS, err) != 0)
        return -1;
    if (capture->spawn_errno != 0)
        return hb_fail(err, HB_ERR_UNAVAILABLE, "git is not installed: apt-get install git");
    if (capture->interrupted)
        return hb_fail(err, HB_ERR_INTERRUPTED, "interrupted");
    if (capture->timed_out || !WIFEXITED(capture->status))
        return hb_fail(err, HB_ERR_UNAVAILABLE, "git does not answer in %.300s",
                       question->repository);
    if (capture->out.overflowed)
        return hb_fail(err, HB_ERR_LIMIT, "the history is longer than %d MiB of hashes",
                       OUTPUT_MAX_BYTES >> 20);
    *ret_status = WEXITSTATUS(capture->status);
    return 0;
}

/* The first line of its answer, in the arena; NULL when it had none. */
static int ask_line(const struct question *question, const char *const *words,
                    const char **ret_line, struct hb_error *err)
{
    HB_CLEANUP(hb_capture_release) struct hb_capture capture;
    int status = 0;

    hb_capture_init(&capture, OUTPUT_MAX_BYTES);
    if (ask(question, words, &capture, &status, err) != 0)
        return -1;
    *ret_line = NULL;
    if (status == 0 && capture.out.length > 0)
        *ret_line = hb_arena_strndup(question->arena, hb_buf_text(&capture.out),
                                     strcspn(hb_buf_text(&capture.out), "\n"));
    return 0;
}

int hb_commits_repository(const char *folder, int interrupt_fd, struct hb_arena *arena,
                          const char **ret_repository, struct hb_error *err)
{
    const struct question question = {folder, interrupt_fd, arena};
    const char *const words[] = {"rev-parse", "--show-toplevel", NULL};

    if (ask_line(&question, words, ret_repository, err) != 0)
        return -1;
    if (*ret_repository == NULL)
        return hb_fail(err, HB_ERR_INPUT,
                       "%.300s is in no git repository; --repo PATH says where the commits are",
                       folder);
    return 0;
}

static int resolve(const struct question *question, const char *reference, const char **ret_id,
                   struct hb_error *err)
{
    const char *commit = hb_arena_printf(question->arena, "%s^{commit}", reference);
    const char *const words[] = {"rev-parse", "--verify", "--quiet", commit, NULL};

    if (reference[0] == '-' || reference[0] == '\0')
        return hb_fail(err, HB_ERR_INPUT, "'%.100s' is no reference of git's", reference);
    if (ask_line(question, words, ret_id, err) != 0)
        return -1;
    if (*ret_id == NULL || strlen(*ret_id) < HASH_MIN)
        return hb_fail(err, HB_ERR_INPUT, "git knows no commit '%.100s' in %.300s", reference,
                       question->repository);
    return 0;
}

static int is_ancestor(const struct question *question, const char *older, const char *newer,
                       bool *ret_is, struct hb_error *err)
{
    HB_CLEANUP(hb_capture_release) struct hb_capture capture;
    const char *const words[] = {"merge-base", "--is-ancestor", older, newer, NULL};
    int status = 0;

    hb_capture_init(&capture, OUTPUT_MAX_BYTES);
    if (ask(question, words, &capture, &status, err) != 0)
        return -1;
    *ret_is = status == 0;
    return 0;
}

static int check_order(const struct question *question, const char *good_id, const char *bad_id,
                       const char *good, const char *bad, struct hb_error *err)
{
    bool right = false, swapped = false;

    HB_ASSERT(good_id != NULL && bad_id != NULL);
    if (strcmp(good_id, bad_id) == 0)
        return hb_fail(err, HB_ERR_INPUT, "'%.100s' and '%.100s' are one commit", good, bad);
    if (is_ancestor(question, good_id, bad_id, &right, err) != 0 ||
        is_ancestor(question, bad_id, good_id, &swapped, err) != 0)
        return -1;
    if (right)
        return 0;
    return hb_fail(err, HB_ERR_INPUT, "'%.100s' is no ancestor of '%.100s' in %.300s%s", good, bad,
                   question->repository,
                   swapped ? ": it comes after it; swap --good and --bad"
                           : "; 'git merge-base' of the two is a good one, when it is good");
}

static void split(const char *text, struct hb_arena *arena, struct hb_commits *ret)
{
    char *copy = hb_arena_strdup(arena, text);
    size_t lines = 0;
    const char **ids;
    char *rest = NULL;

    for (const char *at = copy; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    ids = hb_arena_calloc(arena, lines + 1, sizeof(char *));
    for (char *line = strtok_r(copy, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        ids[ret->count++] = line;
    ret->ids = ids;
}

static int list(const struct question *question, const char *good, const char *bad,
                struct hb_commits *ret, struct hb_error *err)
{
    HB_CLEANUP(hb_capture_release) struct hb_capture capture;
    const char *range = hb_arena_printf(question->arena, "%s..%s", good, bad);
    const char *const words[] = {"rev-list", "--first-parent", "--reverse", range, NULL};
    int status = 0;

    hb_capture_init(&capture, OUTPUT_MAX_BYTES);
    if (ask(question, words, &capture, &status, err) != 0)
        return -1;
    split(hb_buf_text(&capture.out), question->arena, ret);
    if (status != 0 || ret->count == 0)
        return hb_fail(err, HB_ERR_UNAVAILABLE, "git cannot list the commits of %s in %.300s",
                       range, question->repository);
    return 0;
}

int hb_commits_between(const char *repository, const char *good, const char *bad, int interrupt_fd,
                       struct hb_arena *arena, struct hb_commits *ret, struct hb_error *err)
{
    const struct question question = {repository, interrupt_fd, arena};
    const char *bad_id = NULL;

    *ret = (struct hb_commits){0};
    if (resolve(&question, good, &ret->good, err) != 0 ||
        resolve(&question, bad, &bad_id, err) != 0 ||
        check_order(&question, ret->good, bad_id, good, bad, err) != 0)
        return -1;
    return list(&question, ret->good, bad_id, ret, err);
}

/* "commit HASH", which is always there, the date, the subject. */
struct hb_commit_words hb_commit_words(const char *repository, const char *id,
                                       struct hb_arena *arena)
{
    HB_CLEANUP(hb_capture_release) struct hb_capture capture;
    const struct question question = {repository, -1, arena};
    const char *const words[] = {"rev-list", "--max-count=1", "--format=%aI%n%s", id, NULL};
    struct hb_commit_words found = {"", ""};
    const char *lines[3] = {"", "", ""};
    char *rest;
    int status = 1;

    hb_capture_init(&capture, OUTPUT_MAX_BYTES);
    if (ask(&question, words, &capture, &status, NULL) != 0 || status != 0)
        return found;
    rest = hb_arena_strdup(arena, hb_buf_text(&capture.out));
    for (size_t i = 0; i < HB_ARRAY_LEN(lines) && rest != NULL; i++)
        lines[i] = strsep(&rest, "\n");
    return (struct hb_commit_words){.date = lines[1], .subject = lines[2]};
}
