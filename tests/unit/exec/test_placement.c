/* CPU lists and the choice of CPUs, on machines made up for the purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exec/placement.h"

/* `count` CPUs; with SMT the second half are the siblings of the first, as Linux numbers them. */
static struct hb_cpu_map machine(int count, bool smt)
{
    struct hb_cpu_map map;

    CPU_ZERO(&map.allowed);
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        map.core[cpu] = smt ? cpu % (count / 2) : cpu;
        if (cpu < count)
            CPU_SET(cpu, &map.allowed);
    }
    return map;
}

static void a_list_survives_reading_and_writing(void **state HB_UNUSED)
{
    static const char *const lists[] = {"0", "0-1,3", "2,4,6", "0-1023", "1023"};

    for (size_t i = 0; i < HB_ARRAY_LEN(lists); ++i) {
        char text[HB_CPU_LIST_BYTES];
        cpu_set_t cpus;

        assert_int_equal(hb_cpu_list_parse(lists[i], &cpus, NULL), 0);
        assert_int_equal(hb_cpu_list_format(&cpus, text, NULL), 0);
        assert_string_equal(text, lists[i]);
    }
}

static void random_sets_survive_writing_and_reading(void **state HB_UNUSED)
{
    srand(1);
    for (int round = 0; round < 200; ++round) {
        char text[HB_CPU_LIST_BYTES];
        cpu_set_t cpus, again;

        CPU_ZERO(&cpus);
        CPU_SET(rand() % 100, &cpus);
        for (int i = 0; i < 40; ++i)
            CPU_SET(rand() % 100, &cpus);
        assert_int_equal(hb_cpu_list_format(&cpus, text, NULL), 0);
        assert_int_equal(hb_cpu_list_parse(text, &again, NULL), 0);
        assert_true(CPU_EQUAL(&cpus, &again));
    }
}

static void what_is_no_list_is_refused(void **state HB_UNUSED)
{
    static const char *const texts[] = {
        "",    ",",     "0,",   "a",   "0 1",         " 0", "0-",  "-1",    "1-0", "0--1",
        "0,0", "0-2,1", "1024", "0x1", "99999999999", "+1", "0;1", "0-1-2", "1\n"};

    for (size_t i = 0; i < HB_ARRAY_LEN(texts); ++i) {
        struct hb_error err = {0};
        cpu_set_t cpus;

        if (hb_cpu_list_parse(texts[i], &cpus, &err) == 0)
            fail_msg("\"%s\" was taken for a list", texts[i]);
        assert_int_equal(err.code, HB_ERR_INPUT);
    }
}

static void a_list_too_long_to_write_is_an_error(void **state HB_UNUSED)
{
    char text[HB_CPU_LIST_BYTES];
    struct hb_error err = {0};
    cpu_set_t cpus;

    CPU_ZERO(&cpus);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu += 2)
        CPU_SET(cpu, &cpus);
    assert_int_equal(hb_cpu_list_format(&cpus, text, &err), -1);
    assert_int_equal(err.code, HB_ERR_LIMIT);
}

static void the_allowed_cpus_are_split_in_halves(void **state HB_UNUSED)
{
    static const struct {
        int cpus;
        bool smt;
        const char *server, *client;
    } cases[] = {
        {1, false, "", ""},
        {2, false, "0", "1"},
        {2, true, "0", "1"}, /* one core: better half a core each than the same one */
        {3, false, "0", "1-2"},
        {4, false, "0-1", "2-3"},
        {4, true, "0,2", "1,3"},
        {6, true, "0,3", "1-2,4-5"},
        {16, true, "0-3,8-11", "4-7,12-15"},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); ++i) {
        struct hb_cpu_map map = machine(cases[i].cpus, cases[i].smt);
        struct hb_run_options run = {0};
        struct hb_placement placement;

        assert_int_equal(hb_placement_choose_on(&map, &run, &placement, NULL), 0);
        assert_string_equal(placement.server, cases[i].server);
        assert_string_equal(placement.client, cases[i].client);
        assert_string_equal(placement.runner, cases[i].server);
    }
}

static void an_unpinned_side_may_use_every_cpu(void **state HB_UNUSED)
{
    struct hb_cpu_map map = machine(1, false);
    struct hb_run_options run = {0};
    struct hb_placement placement;

    assert_int_equal(hb_placement_choose_on(&map, &run, &placement, NULL), 0);
    assert_int_equal(placement.client_count, 1);
    assert_int_equal(placement.server_count, 1);
}

static void a_side_left_out_gets_what_is_left(void **state HB_UNUSED)
{
    struct hb_cpu_map map = machine(4, false);
    struct hb_run_options run = {.server_cpus = "3"};
    struct hb_placement placement;

    assert_int_equal(hb_placement_choose_on(&map, &run, &placement, NULL), 0);
    assert_string_equal(placement.server, "3");
    assert_string_equal(placement.client, "0-2");
    assert_int_equal(placement.client_count, 3);
    run = (struct hb_run_options){.client_cpus = "0-3"};
    assert_int_equal(hb_placement_choose_on(&map, &run, &placement, NULL), 0);
    assert_string_equal(placement.client, "0-3");
    assert_string_equal(placement.server, "");
    assert_int_equal(placement.server_count, 4);
}

static void cpus_that_are_not_ours_are_refused_by_name(void **state HB_UNUSED)
{
    struct hb_cpu_map map = machine(2, false);
    struct hb_run_options run = {.client_cpus = "1-2"};
    struct hb_placement placement;
    struct hb_error err = {0};

    assert_int_equal(hb_placement_choose_on(&map, &run, &placement, &err), -1);
    assert_int_equal(err.code, HB_ERR_INPUT);
    assert_string_equal(err.message, "run.cpus.client: 1-2: this machine lets us use CPUs 0-1");
}

static void this_machine_can_be_split(void **state HB_UNUSED)
{
    struct hb_cpu_map map;
    struct hb_placement placement;
    struct hb_run_options run = {0};

    hb_cpu_map_read(&map);
    assert_int_equal(hb_placement_choose(&run, &placement, NULL), 0);
    if (CPU_COUNT(&map.allowed) >= 2)
        assert_int_equal(placement.client_count + placement.server_count, CPU_COUNT(&map.allowed));
    else
        assert_string_equal(placement.client, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_survives_reading_and_writing),
        cmocka_unit_test(random_sets_survive_writing_and_reading),
        cmocka_unit_test(what_is_no_list_is_refused),
        cmocka_unit_test(a_list_too_long_to_write_is_an_error),
        cmocka_unit_test(the_allowed_cpus_are_split_in_halves),
        cmocka_unit_test(an_unpinned_side_may_use_every_cpu),
        cmocka_unit_test(a_side_left_out_gets_what_is_left),
        cmocka_unit_test(cpus_that_are_not_ours_are_refused_by_name),
        cmocka_unit_test(this_machine_can_be_split),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
