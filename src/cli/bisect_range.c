/* Versions and commits as one kind of candidate. */
#include "cli/bisect_range.h"

#include <ctype.h>
#include <string.h>

#include "cli/commits.h"
#include "registry/choice.h"
#include "registry/versions.h"

enum { SHORT_HASH = 10, DATE = 10 };

/* Before anything is asked of anyone: whether this client comes in versions, or from a repository.
 */
static int check_client(const struct hb_entry *entry, bool commits, struct hb_error *err)
{
    struct hb_package package = {0};
    const struct hb_choice choice = {.version = commits ? NULL : "1",
                                     .packages = commits ? &package : NULL,
                                     .packages_count = commits};
    const char *problem = hb_choice_problem(entry, &choice);

    if (problem == NULL)
        return 0;
    return hb_fail(err, HB_ERR_INPUT,
                   "%s %s; what you build yourself is bisected by 'git bisect run http-benchmark "
                   "gate SCENARIO … --exit-codes bisect'",
                   entry->name, problem);
}

/* ---- versions ---- */

static struct hb_bisect_candidate of_version(const char *version, struct hb_arena *arena)
{
    return (struct hb_bisect_candidate){
        .name = version,
        .id = version,
        .subject = isdigit((unsigned char)version[0])
                       ? version
                       : hb_arena_printf(arena, "{version: \"%s\"}", version),
    };
}

static int check_version(const char *text, const char *flag, const struct hb_entry *entry,
                         struct hb_error *err)
{
    if (hb_version_problem(text) == NULL && hb_version_is_numbered(text))
        return 0;
    return hb_fail(err, HB_ERR_INPUT,
                   "%s: '%.60s' is no version of %s; for commits say --repo PATH", flag, text,
                   entry->name);
}

static int find_versions(struct hb_cli *cli, const struct hb_one_cell *cell,
                         const struct hb_bisect_ends *ends, int interrupt_fd,
                         struct hb_bisect_range *ret, struct hb_error *err)
{
    struct hb_versions all, between;

    if (check_version(ends->good, "--good", cell->entry, err) != 0 ||
        check_version(ends->bad, "--bad", cell->entry, err) != 0 ||
        hb_versions_list(cell->registry, cell->entry, interrupt_fd, &cli->arena, &all, err) != 0 ||
        hb_versions_between(&all, ends->good, ends->bad, &cli->arena, &between, err) != 0)
        return -1;
    ret->good = of_version(ends->good, &cli->arena);
    ret->count = between.count;
    ret->items = hb_arena_calloc(&cli->arena, between.count, sizeof *ret->items);
    for (size_t i = 0; i < between.count; i++)
        ret->items[i] = of_version(between.items[i], &cli->arena);
    return 0;
}

/* ---- commits ---- */

static struct hb_bisect_candidate of_commit(const char *repository, const char *id,
                                            struct hb_arena *arena)
{
    return (struct hb_bisect_candidate){
        .name = hb_arena_strndup(arena, id, SHORT_HASH),
        .id = id,
        .subject = hb_arena_printf(arena, "git:%s@%s", repository, id),
    };
}

static int find_commits(struct hb_cli *cli, const struct hb_bisect_ends *ends, int interrupt_fd,
                        struct hb_bisect_range *ret, struct hb_error *err)
{
    struct hb_commits commits;

    if (hb_commits_repository(ends->repository, interrupt_fd, &cli->arena, &ret->repository, err) !=
            0 ||
        hb_commits_between(ret->repository, ends->good, ends->bad, interrupt_fd, &cli->arena,
                           &commits, err) != 0)
        return -1;
    ret->good = of_commit(ret->repository, commits.good, &cli->arena);
    ret->count = commits.count;
    ret->items = hb_arena_calloc(&cli->arena, commits.count, sizeof *ret->items);
    for (size_t i = 0; i < commits.count; i++)
        ret->items[i] = of_commit(ret->repository, commits.ids[i], &cli->arena);
    return 0;
}

int hb_bisect_range_find(struct hb_cli *cli, const struct hb_one_cell *cell,
                         const struct hb_bisect_ends *ends, int interrupt_fd,
                         struct hb_bisect_range *ret, struct hb_error *err)
{
    *ret = (struct hb_bisect_range){0};
    if (check_client(cell->entry, ends->repository != NULL, err) != 0)
        return -1;
    return ends->repository != NULL ? find_commits(cli, ends, interrupt_fd, ret, err)
                                    : find_versions(cli, cell, ends, interrupt_fd, ret, err);
}

const char *hb_bisect_words(struct hb_cli *cli, const struct hb_bisect_range *range,
                            const struct hb_bisect_candidate *candidate)
{
    struct hb_commit_words words;

    if (range->repository == NULL)
        return "";
    words = hb_commit_words(range->repository, candidate->id, &cli->arena);
    return hb_cli_safe(cli,
                       hb_arena_printf(&cli->arena, "%.*s %s", DATE, words.date, words.subject));
}
