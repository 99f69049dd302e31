/* Which commit a name of a repository elsewhere leads to, by what git prints. */
#include "../test.h"

#include "base/macros.h"
#include "registry/remote_revision.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccc"

static void a_name_leads_where_git_itself_would_go(void **state HB_UNUSED)
{
    static const struct {
        const char *output, *revision, *commit;
    } rows[] = {
        {A "\tHEAD\n" B "\trefs/remotes/origin/HEAD\n", "HEAD", A},
        {A "\trefs/heads/main\n", "main", A},
        {A "\trefs/heads/other/main\n" B "\trefs/heads/main\n", "main", B},
        {A "\trefs/heads/v1\n" B "\trefs/tags/v1\n", "v1", B},
        {A "\trefs/heads/v1\n" B "\trefs/tags/v1\n" C "\trefs/tags/v1^{}\n", "v1", C},
        {A "\trefs/pull/7/head\n", "refs/pull/7/head", A},
        {A "\trefs/heads/main", "main", A},
        {A "\trefs/heads/maint\n", "main", NULL},
        {"aaaa\trefs/heads/main\n", "main", NULL},
        {"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\trefs/heads/main\n", "main", NULL},
        {"", "main", NULL},
    };
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;

    hb_arena_init(&arena);
    for (size_t i = 0; i < HB_ARRAY_LEN(rows); i++) {
        const char *commit = hb_remote_commit_parse(rows[i].output, rows[i].revision, &arena);

        if (rows[i].commit == NULL)
            assert_null(commit);
        else
            assert_string_equal(commit, rows[i].commit);
    }
}

static void a_whole_hash_is_its_own_answer(void **state HB_UNUSED)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_error err = {0};
    const char *commit;

    hb_arena_init(&arena);
    assert_int_equal(hb_remote_commit("https://nowhere.invalid/x", A, &arena, &commit, &err), 0);
    assert_string_equal(commit, A);
}

static void a_repository_that_is_not_reached_says_so_and_what_to_do(void **state HB_UNUSED)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_error err = {0};
    const char *commit;

    hb_arena_init(&arena);
    assert_int_equal(hb_remote_commit("http://127.0.0.1:9/x.git", "main", &arena, &commit, &err),
                     -1);
    assert_int_equal(err.code, HB_ERR_UNAVAILABLE);
    assert_non_null(strstr(err.message, "http://127.0.0.1:9/x.git"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_leads_where_git_itself_would_go),
        cmocka_unit_test(a_whole_hash_is_its_own_answer),
        cmocka_unit_test(a_repository_that_is_not_reached_says_so_and_what_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
