/* Facts about the machine: a well-formed object whose fingerprint does not move by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include <cmocka.h>
#include <jansson.h>

#include "exec/environment.h"

static json_t *environment(void)
{
    struct hb_buf text;
    json_t *facts;

    hb_buf_init(&text, 1 << 20);
    hb_environment_json(&text);
    facts = json_loads(hb_buf_text(&text), JSON_REJECT_DUPLICATES, NULL);
    hb_buf_release(&text);
    assert_non_null(facts);
    return facts;
}

static void facts_agree_with_what_the_system_says(void **state HB_UNUSED)
{
    json_t *facts = environment();
    json_t *machine = json_object_get(facts, "machine");
    struct utsname name;
    double load[1];

    assert_int_equal(uname(&name), 0);
    assert_string_equal(json_string_value(json_object_get(machine, "kernel")), name.release);
    assert_string_equal(json_string_value(json_object_get(machine, "architecture")), name.machine);
    assert_true(json_integer_value(json_object_get(machine, "memory_gib")) > 0);
    assert_int_equal(getloadavg(load, 1), 1);
    assert_int_equal(
        json_array_size(json_object_get(json_object_get(facts, "now"), "load_average")), 3);
    assert_int_equal(strlen(json_string_value(
                         json_object_get(json_object_get(facts, "program"), "executable_hash"))),
                     16);
    json_decref(facts);
}

static void unknown_facts_are_null_and_never_empty(void **state HB_UNUSED)
{
    static const char *const sections[] = {"machine", "settings"};
    json_t *facts = environment();

    for (size_t i = 0; i < HB_ARRAY_LEN(sections); ++i) {
        json_t *section = json_object_get(facts, sections[i]);
        const char *key;
        json_t *value;

        assert_true(json_object_size(section) > 8);
        json_object_foreach(section, key, value)
        {
            if (json_is_string(value) && json_string_length(value) == 0)
                fail_msg("%s is empty", key);
        }
    }
    json_decref(facts);
}

static void keys_are_sorted(void **state HB_UNUSED)
{
    struct hb_buf text;
    json_t *facts = environment();
    char *sorted = json_dumps(facts, JSON_SORT_KEYS | JSON_COMPACT | JSON_REAL_PRECISION(6));
    json_t *again = json_loads(sorted, 0, NULL);

    hb_buf_init(&text, 1 << 20);
    hb_environment_json(&text);
    assert_true(strncmp(hb_buf_text(&text), "{\"machine\":{\"architecture\":", 27) == 0);
    assert_true(strstr(hb_buf_text(&text), "\"now\":{\"load_average\":") <
                strstr(hb_buf_text(&text), "\"program\":{\"executable_hash\":"));
    assert_true(json_equal(facts, again));
    hb_buf_release(&text);
    free(sorted);
    json_decref(again);
    json_decref(facts);
}

static void the_fingerprint_ignores_limits_and_load(void **state HB_UNUSED)
{
    char before[HB_FINGERPRINT_BYTES], after[HB_FINGERPRINT_BYTES];
    struct rlimit limit;

    hb_environment_fingerprint(before);
    assert_int_equal(strspn(before, "0123456789abcdef"), 16);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max = 512;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    hb_environment_fingerprint(after);
    assert_string_equal(before, after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_agree_with_what_the_system_says),
        cmocka_unit_test(unknown_facts_are_null_and_never_empty),
        cmocka_unit_test(keys_are_sorted),
        cmocka_unit_test(the_fingerprint_ignores_limits_and_load),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
