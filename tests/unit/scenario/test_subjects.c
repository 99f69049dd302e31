/* Subjects and the gate: what a scenario and flags say of them, and what the axes become. */
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"
#include "scenario/subject.h"

static const struct hb_scenario *accepted(struct loaded *loaded, const char *text,
                                          const struct hb_subject_override *subjects, size_t count,
                                          unsigned controls)
{
    const struct hb_scenario_overrides overrides = {
        .subjects = subjects, .subjects_count = count, .control_cells = controls};

    load_text_with(loaded, text, &overrides);
    if (loaded->scenario == NULL)
        print_error("%s\n", loaded->diags.items[0].message);
    assert_non_null(loaded->scenario);
    return loaded->scenario;
}

static void each_client_is_there_once_for_each_subject_with_one_identity(void **state)
{
    struct loaded loaded;
    const struct hb_scenario *scenario = accepted(
        &loaded,
        "matrix: {clients: [requests, {name: httpx, mode: sync, version: \"0.26\"}]}\n"
        "subjects: {base: \"0.27.2\", head: {install: [\"httpx==0.28.1\"], python: python3.12}}\n",
        NULL, 0, 0);

    (void)state;
    assert_int_equal(scenario->subjects_count, 2);
    assert_string_equal(scenario->subjects[0].name, "base");
    assert_int_equal(scenario->clients_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(scenario->clients[i].subject, i % 2);
        assert_string_equal(scenario->clients[i].label, scenario->clients[i - i % 2].label);
        assert_string_equal(scenario->clients[i].canonical, scenario->clients[i - i % 2].canonical);
    }
    assert_string_equal(scenario->clients[2].label, "httpx/sync@0.26");
    assert_string_equal(scenario->clients[2].entry->choice->version, "0.27.2");
    assert_null(scenario->clients[3].entry->choice->version);
    assert_string_equal(scenario->clients[3].entry->choice->packages[0].text, "httpx==0.28.1");
    assert_string_equal(scenario->clients[3].entry->choice->python, "python3.12");
    assert_string_not_equal(scenario->clients[2].entry->environment,
                            scenario->clients[3].entry->environment);
    loaded_release(&loaded);
}

static void an_empty_patch_is_the_client_as_it_is(void **state)
{
    struct loaded loaded;
    const struct hb_scenario *scenario = accepted(
        &loaded, "matrix: {clients: requests}\nsubjects: {a: {}, b: {env: {X: y}}}\n", NULL, 0, 0);

    (void)state;
    assert_null(scenario->clients[0].entry->choice);
    assert_null(scenario->clients[0].environment);
    assert_string_equal(scenario->clients[1].environment[0], "X=y");
    loaded_release(&loaded);
}

static void variables_are_laid_over_those_of_the_client(void **state)
{
    struct loaded loaded;
    const struct hb_scenario *scenario =
        accepted(&loaded,
                 "matrix: {clients: {name: requests, env: {A: \"1\", B: \"2\"}}}\n"
                 "subjects: {base: {}, head: {env: {B: \"3\", C: \"4\"}}}\n",
                 NULL, 0, 0);
    const char *const *variables = scenario->clients[1].environment;

    (void)state;
    assert_string_equal(variables[0], "A=1");
    assert_string_equal(variables[1], "B=3");
    assert_string_equal(variables[2], "C=4");
    assert_null(variables[3]);
    loaded_release(&loaded);
}

static void a_command_may_wrap_the_clients_own(void **state)
{
    struct loaded loaded;
    const struct hb_scenario *scenario =
        accepted(&loaded,
                 "matrix: {clients: libcurl/async}\n"
                 "subjects: {base: {}, head: {command: [./slow, \"--lib={here}/x\", \"{command}\", "
                 "\"{mode}\"]}}\n",
                 NULL, 0, 0);
    const char *const *command = scenario->clients[1].entry->command;
    char *folder = realpath(".", NULL), expected[5000];

    (void)state;
    snprintf(expected, sizeof expected, "%s/./slow", folder);
    assert_string_equal(command[0], expected);
    snprintf(expected, sizeof expected, "--lib=%s/x", folder);
    assert_string_equal(command[1], expected);
    assert_string_equal(command[2], "{libexec}/worker");
    assert_string_equal(command[4], "{mode}");
    assert_string_equal(command[5], "{mode}");
    assert_null(command[6]);
    assert_string_equal(scenario->clients[0].entry->command[0], "{libexec}/worker");
    free(folder);
    loaded_release(&loaded);
}

static void servers_are_there_once_for_all_subjects_that_reach_the_same(void **state)
{
    struct loaded loaded;
    const struct hb_scenario *scenario =
        accepted(&loaded,
                 "matrix: {clients: requests}\n"
                 "subjects: {base: {}, head: {server: nginx}, other: {env: {A: b}}, own: "
                 "\"http://127.0.0.1:81\"}\n",
                 NULL, 0, 1);

    (void)state;
    assert_int_equal(scenario->servers_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(scenario->servers[i].name, "builtin");
        assert_string_equal(scenario->servers[i].canonical, "{\"name\":\"builtin\"}");
    }
    assert_string_equal(hb_server_instance(&scenario->servers[0]), "nginx [head]");
    assert_string_equal(scenario->servers[0].entry->name, "nginx");
    assert_int_equal(scenario->servers[0].subjects, 1u << 1);
    assert_string_equal(scenario->servers[1].url, "http://127.0.0.1:81");
    assert_int_equal(scenario->servers[1].subjects, 1u << 3);
    assert_string_equal(hb_server_instance(&scenario->servers[2]), "builtin");
    assert_int_equal(scenario->servers[2].subjects, 1u << 0 | 1u << 2 | 1u << 4);
    loaded_release(&loaded);
}

static void cells_are_called_after_the_servers_of_the_base(void **state)
{
    struct loaded loaded;
    const struct hb_scenario *scenario =
        accepted(&loaded,
                 "matrix: {clients: requests}\n"
                 "subjects: {old: {server: nginx}, new: {server: proxy}}\n",
                 NULL, 0, 1);

    (void)state;
    assert_int_equal(scenario->servers_count, 2);
    assert_string_equal(scenario->servers[0].name, "nginx");
    assert_string_equal(scenario->servers[1].name, "nginx");
    assert_string_equal(scenario->servers[1].entry->name, "proxy");
    assert_int_equal(scenario->servers[0].subjects, 1u << 0 | 1u << 2);
    loaded_release(&loaded);
}

static void an_address_keeps_the_trust_of_the_server_it_replaces(void **state)
{
    struct loaded loaded;
    const struct hb_scenario *scenario = accepted(
        &loaded,
        "matrix: {clients: requests, servers: {name: staging, url: \"https://127.0.0.1:1\", "
        "tls: {verify: false}}}\n"
        "subjects: {old: {}, new: \"https://127.0.0.1:2/\"}\n",
        NULL, 0, 0);

    (void)state;
    assert_string_equal(scenario->servers[0].url, "https://127.0.0.1:2");
    assert_string_equal(scenario->servers[0].name, "staging");
    assert_false(scenario->servers[0].tls.verify);
    loaded_release(&loaded);
}

static void an_included_client_is_there_for_each_subject_too(void **state)
{
    struct loaded loaded;
    const struct hb_scenario *scenario = accepted(
        &loaded,
        "matrix: {clients: requests}\n"
        "include: [{client: aiohttp}, {client: requests, concurrency: 99}, {concurrency: 98}]\n"
        "subjects: {base: {}, head: {version: \"3.0\"}}\n",
        NULL, 0, 2);

    (void)state;
    assert_int_equal(scenario->appended.clients, 3);
    assert_int_equal(scenario->clients_count, 6);
    assert_int_equal(scenario->includes_count, 6);
    for (size_t i = 0; i < 6; i++) {
        size_t client = scenario->includes[i].client;

        assert_int_equal(scenario->clients[client].subject, i % 2);
        assert_string_equal(scenario->clients[client].entry->name, i < 2 ? "aiohttp" : "requests");
    }
    assert_string_equal(scenario->clients[scenario->includes[1].client].entry->choice->version,
                        "3.0");
    loaded_release(&loaded);
}

static void the_control_is_the_base_once_more(void **state)
{
    struct loaded loaded;
    const struct hb_scenario *scenario = accepted(
        &loaded, "matrix: {clients: requests}\nsubjects: {base: \"2.31\", head: \"2.32\"}\n", NULL,
        0, 4);

    (void)state;
    assert_int_equal(scenario->subjects_count, 3);
    assert_int_equal(scenario->control_cells, 4);
    assert_true(scenario->subjects[2].control);
    assert_string_equal(scenario->clients[2].entry->choice->version, "2.31");
    assert_string_equal(scenario->clients[2].entry->environment,
                        scenario->clients[0].entry->environment);
    loaded_release(&loaded);
}

static void without_subjects_a_control_is_nothing(void **state)
{
    struct loaded loaded;
    const struct hb_scenario *scenario =
        accepted(&loaded, "matrix: {clients: requests}\n", NULL, 0, 4);

    (void)state;
    assert_int_equal(scenario->subjects_count, 0);
    assert_int_equal(scenario->control_cells, 0);
    assert_int_equal(scenario->clients_count, 1);
    loaded_release(&loaded);
}

static void flags_give_subjects_that_the_file_does_not_have(void **state)
{
    static const struct hb_subject_override flags[] = {
        {"--base", "base", NULL, "git:origin/main"},
        {"--head", "head", NULL, "."},
    };
    struct loaded loaded;
    const struct hb_scenario *scenario =
        accepted(&loaded, "matrix: {clients: requests}\n", flags, 2, 0);
    char *folder = realpath(".", NULL);

    (void)state;
    assert_string_equal(scenario->subjects[0].name, "base");
    assert_string_equal(scenario->subjects[1].name, "head");
    assert_string_equal(scenario->clients[0].entry->choice->packages[0].value, "origin/main");
    assert_string_equal(scenario->clients[0].entry->choice->packages[0].folder, folder);
    assert_int_equal(scenario->clients[1].entry->choice->packages[0].kind, HB_PACKAGE_PATH);
    free(folder);
    loaded_release(&loaded);
}

static void a_whole_patch_of_a_flag_replaces_and_a_key_is_laid_over(void **state)
{
    static const struct hb_subject_override flags[] = {
        {"--head-install", "head", "install", "requests==2.32"},
        {"--head-install", "head", "install", "urllib3<2"},
        {"--head-env", "head", "env", "B=x=y"},
        {"--base", "base", NULL, "{env: {C: \"1\"}}"},
    };
    struct loaded loaded;
    const struct hb_scenario *scenario = accepted(
        &loaded,
        "matrix: {clients: requests}\n"
        "subjects: {base: {version: \"2.30\", env: {A: \"0\"}}, head: {install: [..], env: "
        "{A: \"0\"}}}\n",
        flags, 4, 0);
    const struct hb_client_spec *base = &scenario->clients[0], *head = &scenario->clients[1];

    (void)state;
    assert_null(base->entry->choice);
    assert_string_equal(base->environment[0], "C=1");
    assert_null(base->environment[1]);
    assert_int_equal(head->entry->choice->packages_count, 2);
    assert_string_equal(head->entry->choice->packages[1].text, "urllib3<2");
    assert_string_equal(head->environment[0], "A=0");
    assert_string_equal(head->environment[1], "B=x=y");
    loaded_release(&loaded);
}

static void a_key_is_laid_over_a_word_too(void **state)
{
    static const struct hb_subject_override flag = {"--head-env", "head", "env", "A=1"};
    struct loaded loaded;
    const struct hb_scenario *scenario = accepted(
        &loaded, "matrix: {clients: requests}\nsubjects: {base: {}, head: 2.31.0}\n", &flag, 1, 0);

    (void)state;
    assert_string_equal(scenario->clients[1].entry->choice->version, "2.31.0");
    assert_string_equal(scenario->clients[1].environment[0], "A=1");
    loaded_release(&loaded);
}

static void what_a_flag_says_wrongly_is_told_of_the_flag(void **state)
{
    static const struct {
        struct hb_subject_override flag;
        const char *expected;
    } cases[] = {
        {{"--head", "head", NULL, "--upgrade"}, "--head:1:1: error: *, got '--upgrade'*"},
        {{"--head", "head", NULL, "{instal: x}"}, "--head:1:2: error: unknown key 'instal'*"},
        {{"--head", "head", NULL, "{install: [x}"}, "--head:1:*"},
        {{"--head-env", "head", "env", "A"}, "--head-env:1:1: error: expected NAME=VALUE*"},
        {{"--head-python", "head", "python", "-c"}, "--head-python:1:1: error: 'python':*"},
        {{"--head-install", "head", "install", "git:-x"}, "*expected a revision after git:*"},
        {{"--head", "he ad", NULL, "{}"}, "--head:1:1: error: subject 'he ad'*"},
        {{"--head", "head", "nonsense", "1"}, "--head:1:1: error: unknown key 'nonsense'*"},
    };

    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        const struct hb_scenario_overrides overrides = {.subjects = &cases[i].flag,
                                                        .subjects_count = 1};
        struct loaded loaded;
        char *text;

        load_text_with(&loaded, "matrix: {clients: requests}\nsubjects: {base: {}, old: {}}\n",
                       &overrides);
        assert_null(loaded.scenario);
        assert_int_equal(loaded.diags.count, 1);
        text = rendered(&loaded);
        if (fnmatch(cases[i].expected, text, 0) != 0)
            fail_msg("expected %s, got %s", cases[i].expected, text);
        free(text);
        loaded_release(&loaded);
    }
}

static void words_stand_for_what_they_look_like(void **state)
{
    static const struct {
        const char *word, *key;
    } words[] = {
        {"http://127.0.0.1:8080", "url"},
        {"https://example.org/", "url"},
        {"https://example.org/httpx-0.28.1-py3-none-any.whl", "install"},
        {"https://example.org/httpx.tar.gz", "install"},
        {"0.28.1", "version"},
        {"2", "version"},
        {"1.0rc1", "version"},
        {"git:HEAD~1", "install"},
        {"git:https://example.org/x@main", "install"},
        {"git+https://example.org/x", "install"},
        {".", "install"},
        {"../lib", "install"},
        {"httpx==0.28.1", "install"},
        {"3 monkeys", "install"},
    };

    (void)state;
    for (size_t i = 0; i < HB_ARRAY_LEN(words); i++)
        assert_string_equal(hb_subject_word_key(words[i].word), words[i].key);
}

static void subjects_are_part_of_what_a_scenario_is(void **state)
{
    static const struct hb_subject_override flags[] = {{"--base", "base", NULL, "{}"},
                                                       {"--head", "head", NULL, "2.31"}};
    struct loaded plain, given, written;

    (void)state;
    accepted(&plain, "matrix: {clients: requests}\n", NULL, 0, 0);
    accepted(&given, "matrix: {clients: requests}\n", flags, 2, 0);
    accepted(&written,
             "matrix: {clients: requests}\nsubjects: {base: {}, head: {version: \"2.31\"}}\n", NULL,
             0, 0);
    assert_string_not_equal(plain.scenario->hash, given.scenario->hash);
    assert_string_equal(given.scenario->hash, written.scenario->hash);
    loaded_release(&plain);
    loaded_release(&given);
    loaded_release(&written);
}

static void a_gate_has_the_defaults_of_the_design(void **state)
{
    static const struct hb_gate_margin margins[HB_GATE_METRICS] = {
        [HB_GATE_THROUGHPUT] = {0.03, 0, HB_GATE_DECIDES},
        [HB_GATE_CPU] = {0.03, 200, HB_GATE_DECIDES},
        [HB_GATE_P50] = {0.05, 20e3, HB_GATE_DECIDES},
        [HB_GATE_P99] = {0.10, 100e3, HB_GATE_ADVISORY},
        [HB_GATE_RSS] = {0.05, 1 << 20, HB_GATE_DECIDES},
        [HB_GATE_BYTES] = {0, 0, HB_GATE_DECIDES},
        [HB_GATE_CONNECTIONS] = {0, 0, HB_GATE_DECIDES},
        [HB_GATE_SYSTEM_CALLS] = {0, 0.5, HB_GATE_OFF},
        [HB_GATE_INSTRUCTIONS] = {0.03, 0, HB_GATE_OFF},
    };
    struct loaded loaded;
    const struct hb_gate_options *gate =
        &accepted(&loaded, "matrix: {clients: requests}\n", NULL, 0, 0)->gate;

    (void)state;
    for (int i = 0; i < HB_GATE_METRICS; i++) {
        assert_true(gate->margins[i].relative == margins[i].relative);
        assert_true(gate->margins[i].floor == margins[i].floor);
        assert_int_equal(gate->margins[i].weight, margins[i].weight);
    }
    assert_int_equal(gate->basis, HB_GATE_BY_TIME);
    assert_int_equal(gate->budget_ns, 12 * 60 * HB_NS_PER_S);
    assert_true(gate->must_resolve == 0);
    assert_false(gate->fail_inconclusive);
    assert_int_equal(gate->screen_pairs, 5);
    assert_int_equal(gate->confirm_pairs, 15);
    assert_int_equal(gate->pooled_pairs, 30);
    assert_int_equal(gate->open_pairs,
                     HB_GATE_OPEN_SCREEN | HB_GATE_OPEN_CONFIRM | HB_GATE_OPEN_POOLED);
    assert_true(gate->route_above == 0.02);
    assert_true(gate->alpha == 0.01);
    assert_true(gate->suite_margin == 0.01);
    assert_int_equal(gate->sentinels, 3);
    assert_int_equal(gate->overrides_count, 0);
    loaded_release(&loaded);
}

static void a_gate_by_counts_has_them_counted_and_keeps_a_coarse_eye_on_the_clock(void **state)
{
    static const enum hb_gate_metric off[] = {HB_GATE_CPU, HB_GATE_P99, HB_GATE_RSS};
    struct loaded loaded;
    const struct hb_scenario *scenario =
        accepted(&loaded, "matrix: {clients: requests}\ngate: {basis: counts}\n", NULL, 0, 0);
    const struct hb_gate_margin *margins = scenario->gate.margins;

    (void)state;
    assert_int_equal(scenario->run.wire, HB_WIRE_INSTRUCTIONS);
    assert_true(margins[HB_GATE_THROUGHPUT].relative == 0.5 &&
                margins[HB_GATE_P50].relative == 0.5);
    assert_int_equal(margins[HB_GATE_INSTRUCTIONS].weight, HB_GATE_DECIDES);
    assert_int_equal(margins[HB_GATE_SYSTEM_CALLS].weight, HB_GATE_DECIDES);
    for (size_t i = 0; i < HB_ARRAY_LEN(off); i++)
        assert_int_equal(margins[off[i]].weight, HB_GATE_OFF);
    loaded_release(&loaded);
    scenario = accepted(&loaded,
                        "matrix: {clients: requests}\n"
                        "gate: {basis: counts, margins: {instructions: {weight: 'off'}}}\n",
                        NULL, 0, 0);
    assert_int_equal(scenario->run.wire, HB_WIRE_SYSTEM_CALLS);
    loaded_release(&loaded);
}

static void what_a_gate_is_told_leaves_the_rest_at_its_default(void **state)
{
    struct loaded loaded;
    const struct hb_gate_options *gate =
        &accepted(
             &loaded,
             "matrix: {clients: requests}\n"
             "gate:\n"
             "  margins: {cpu: 4%, p99: {weight: decides}, rss: {floor: 2MiB}}\n"
             "  overrides: [{client: req*, margins: {cpu: {floor: 1us}, p50: {weight: \"off\"}}}]\n"
             "  pairs: {confirm: 40}\n"
             "  must_resolve: 10%\n"
             "  on_inconclusive: fail\n",
             NULL, 0, 0)
             ->gate;
    const struct hb_gate_override *override = gate->overrides;

    (void)state;
    assert_true(gate->margins[HB_GATE_CPU].relative == 0.04);
    assert_true(gate->margins[HB_GATE_CPU].floor == 200);
    assert_true(gate->margins[HB_GATE_P99].relative == 0.10);
    assert_int_equal(gate->margins[HB_GATE_P99].weight, HB_GATE_DECIDES);
    assert_true(gate->margins[HB_GATE_RSS].floor == 2 << 20);
    assert_string_equal(override->pattern->client, "req*");
    assert_int_equal(override->set, 1u << HB_GATE_CPU | 1u << HB_GATE_P50);
    assert_true(override->margins[HB_GATE_CPU].relative == 0.04);
    assert_true(override->margins[HB_GATE_CPU].floor == 1000);
    assert_int_equal(override->margins[HB_GATE_P50].weight, HB_GATE_OFF);
    assert_int_equal(gate->pooled_pairs, 45);
    assert_int_equal(gate->open_pairs, HB_GATE_OPEN_SCREEN | HB_GATE_OPEN_POOLED);
    assert_true(gate->must_resolve == 0.10);
    assert_true(gate->fail_inconclusive);
    loaded_release(&loaded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_client_is_there_once_for_each_subject_with_one_identity),
        cmocka_unit_test(an_empty_patch_is_the_client_as_it_is),
        cmocka_unit_test(variables_are_laid_over_those_of_the_client),
        cmocka_unit_test(a_command_may_wrap_the_clients_own),
        cmocka_unit_test(servers_are_there_once_for_all_subjects_that_reach_the_same),
        cmocka_unit_test(cells_are_called_after_the_servers_of_the_base),
        cmocka_unit_test(an_address_keeps_the_trust_of_the_server_it_replaces),
        cmocka_unit_test(an_included_client_is_there_for_each_subject_too),
        cmocka_unit_test(the_control_is_the_base_once_more),
        cmocka_unit_test(without_subjects_a_control_is_nothing),
        cmocka_unit_test(flags_give_subjects_that_the_file_does_not_have),
        cmocka_unit_test(a_whole_patch_of_a_flag_replaces_and_a_key_is_laid_over),
        cmocka_unit_test(a_key_is_laid_over_a_word_too),
        cmocka_unit_test(what_a_flag_says_wrongly_is_told_of_the_flag),
        cmocka_unit_test(words_stand_for_what_they_look_like),
        cmocka_unit_test(subjects_are_part_of_what_a_scenario_is),
        cmocka_unit_test(a_gate_has_the_defaults_of_the_design),
        cmocka_unit_test(a_gate_by_counts_has_them_counted_and_keeps_a_coarse_eye_on_the_clock),
        cmocka_unit_test(what_a_gate_is_told_leaves_the_rest_at_its_default),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
