/* Field tables: one small table of every type and shape, read, refused, and described. */
#include "support.h"

#include "config/fields.h"

struct wheel {
    const char *name;
    int64_t spokes;
    const struct hb_node *node;
};

struct bicycle {
    bool bell;
    int64_t gears;
    double weight;
    int64_t service_ns, bag_bytes;
    double pace, slope;
    const char *owner, *frame, *manual;
    int colour;
    const struct hb_node *serial, *notes, *stickers;
    struct wheel front;
    struct wheel *spares;
    size_t spares_count;
    struct wheel *named;
    size_t named_count;
    int64_t *rides;
    size_t rides_count;
};

static const char *const colours[] = {"red", "green", NULL};
static const struct hb_field wheel_fields[] = {
    {.key = "name", HB_AT(struct wheel, name), .type = &hb_type_name, .help = "its name"},
    {.key = "spokes",
     HB_AT(struct wheel, spokes),
     .type = &hb_type_int,
     .minimum = 3,
     .maximum = 48,
     .default_text = "36",
     .help = "how many"},
};
static const struct hb_table wheel_table = {
    HB_TABLE("wheel", struct wheel, wheel_fields),
    .help = "A wheel.",
    .scalar_key = "name",
    .key_member = HB_MEMBER(struct wheel, name),
    .node_member = HB_MEMBER(struct wheel, node),
};

#define FIELD(member, field_type, ...)                                                             \
    {                                                                                              \
        .key = #member, HB_AT(struct bicycle, member), .type = &hb_type_##field_type,              \
        .help = "what it is", __VA_ARGS__                                                          \
    }
#define ARRAY(member, field_type, ...)                                                             \
    {                                                                                              \
        .key = #member, HB_ARRAY_AT(struct bicycle, member, member##_count),                       \
        .type = &hb_type_##field_type, .help = "what they are", __VA_ARGS__                        \
    }

static const struct hb_field bicycle_fields[] = {
    FIELD(bell, bool, .default_text = "true"),
    FIELD(gears, int, .minimum = 1, .maximum = 30, .default_text = "7"),
    FIELD(weight, number, .example = "12.5"),
    FIELD(service_ns, duration, .minimum = 0, .maximum = 10 * HB_NS_PER_S, .default_text = "2s"),
    FIELD(bag_bytes, size, ),
    FIELD(pace, rate, ),
    FIELD(slope, percent, ),
    FIELD(owner, string, .required = true),
    FIELD(frame, name, ),
    FIELD(manual, path, ),
    FIELD(colour, enum, .values = colours, .default_text = "green"),
    FIELD(serial, scalar, ),
    FIELD(notes, any, ),
    FIELD(stickers, strings, ),
    FIELD(front, struct, .table = &wheel_table),
    ARRAY(spares, struct, .shape = HB_SHAPE_LIST, .table = &wheel_table, .nonempty = true),
    ARRAY(named, struct, .shape = HB_SHAPE_MAP, .table = &wheel_table),
    ARRAY(rides, int, .shape = HB_SHAPE_ONE_OR_MANY, .default_text = "[1, 2]"),
    {.key = "motor", .refused = "is not for us"},
};
static const struct hb_table bicycle_table = {
    HB_TABLE("bicycle", struct bicycle, bicycle_fields),
    .extensions = true,
};

struct bound {
    struct parsed parsed;
    struct hb_arena arena;
    struct hb_secrets secrets;
    struct bicycle bicycle;
    int result;
};

static void bind(struct bound *ret, const char *text)
{
    struct hb_bind bind = {&ret->arena, &ret->parsed.diags, &ret->secrets};

    parse(&ret->parsed, text);
    assert_int_equal(ret->parsed.result, 0);
    hb_arena_init(&ret->arena);
    hb_secrets_init(&ret->secrets);
    ret->result = hb_bind(&bind, &bicycle_table, ret->parsed.document.root, &ret->bicycle);
}

static void bound_release(struct bound *bound)
{
    hb_secrets_release(&bound->secrets);
    hb_arena_release(&bound->arena);
    parsed_release(&bound->parsed);
}

static void defaults_are_filled_in_at_every_depth(void **state)
{
    struct bound bound;

    (void)state;
    bind(&bound, "owner: me");
    assert_int_equal(bound.result, 0);
    assert_true(bound.bicycle.bell);
    assert_int_equal(bound.bicycle.gears, 7);
    assert_int_equal(bound.bicycle.service_ns, 2 * HB_NS_PER_S);
    assert_int_equal(bound.bicycle.colour, 1);
    assert_int_equal(bound.bicycle.front.spokes, 36);
    assert_int_equal(bound.bicycle.rides_count, 2);
    assert_int_equal(bound.bicycle.rides[1], 2);
    assert_null(bound.bicycle.spares);
    bound_release(&bound);
}

static void every_type_and_shape_is_read(void **state)
{
    struct bound bound;
    const struct bicycle *bicycle = &bound.bicycle;

    (void)state;
    bind(&bound, "{bell: false, gears: 3, weight: 12.5, service_ns: 1500ms, bag_bytes: 2KiB, "
                 "pace: 30/m, slope: 12.5%, owner: 5, frame: a/b-c, manual: m.pdf, colour: red, "
                 "serial: 007, notes: [1, {a: b}], stickers: {x: 1, y: z}, front: Anna, "
                 "spares: [{name: b, spokes: 3}, c], named: {left: {spokes: 4}, right: {}}, "
                 "rides: 9, x-any: thing}");
    assert_int_equal(bound.result, 0);
    assert_false(bicycle->bell);
    assert_true(bicycle->weight == 12.5 && bicycle->pace == 0.5 && bicycle->slope == 0.125);
    assert_int_equal(bicycle->service_ns, 1500 * HB_NS_PER_MS);
    assert_int_equal(bicycle->bag_bytes, 2048);
    assert_string_equal(bicycle->owner, "5");
    assert_string_equal(bicycle->frame, "a/b-c");
    assert_int_equal(bicycle->colour, 0);
    assert_string_equal(bicycle->serial->text, "007");
    assert_int_equal(bicycle->notes->count, 2);
    assert_string_equal(hb_node_get(bicycle->stickers, "y")->text, "z");
    assert_string_equal(bicycle->front.name, "Anna");
    assert_int_equal(bicycle->front.spokes, 36);
    assert_int_equal(bicycle->spares[0].spokes, 3);
    assert_string_equal(bicycle->spares[1].name, "c");
    assert_int_equal(bicycle->spares[1].node->place.line, 1);
    assert_string_equal(bicycle->named[0].name, "left");
    assert_int_equal(bicycle->named[1].spokes, 36);
    assert_int_equal(bicycle->rides_count, 1);
    assert_int_equal(bicycle->rides[0], 9);
    bound_release(&bound);
}

static void all_problems_are_found_in_one_pass(void **state)
{
    static const char *const messages[] = {
        "'bell': expected true or false, got 'on'",
        "'gears': expected an integer from 1 to 30, got '31'",
        "'service_ns': expected a duration such as 500ms, 5s, 2m or 1h from 0s to 10s, got '5'",
        "'frame': expected a name of letters, digits and . _ + / -, got 'a b'",
        "'colour': expected one of red, green, got 'gren'",
        "'x' in 'stickers': expected a string, got a list",
        "wheel: expected a string or a mapping, got a list",
        "'spokes': expected an integer from 3 to 48, got '1'",
        "'spares': expected at least one value",
        "'motor' is not for us",
        "unknown key 'gear' in bicycle",
        "bicycle lacks the key 'owner': what it is",
    };
    struct bound bound;

    (void)state;
    bind(&bound, "{bell: on, gears: 31, service_ns: 5, frame: a b, colour: gren, "
                 "stickers: {x: []}, front: [], named: {a: {spokes: 1}}, spares: [], motor: 1, "
                 "gear: 1}");
    assert_int_equal(bound.result, -1);
    assert_int_equal(bound.parsed.diags.count, HB_ARRAY_LEN(messages));
    for (size_t i = 0; i < HB_ARRAY_LEN(messages); i++) {
        bool found = false;

        for (size_t j = 0; j < bound.parsed.diags.count; j++)
            found |= strcmp(bound.parsed.diags.items[j].message, messages[i]) == 0;
        if (!found)
            print_error("no diagnostic says: %s\n", messages[i]);
        assert_true(found);
    }
    bound_release(&bound);
}

static void variables_are_secret_as_text_and_not_as_numbers_or_names(void **state)
{
    struct bound bound;

    (void)state;
    setenv("HB_TEXT", "sesame", 1);
    setenv("HB_NAME", "frame-name", 1);
    setenv("HB_NUMBER", "12", 1);
    setenv("HB_COLOUR", "green", 1);
    bind(&bound, "{owner: \"${HB_TEXT}!\", gears: \"${HB_NUMBER}\", frame: \"${HB_NAME}\", "
                 "colour: \"${HB_COLOUR}\"}");
    assert_int_equal(bound.result, 0);
    assert_int_equal(bound.bicycle.gears, 12);
    assert_string_equal(bound.bicycle.owner, "sesame!");
    assert_int_equal(bound.secrets.count, 1);
    assert_string_equal(bound.secrets.values[0], "sesame");
    bound_release(&bound);
}

static void schema_and_reference_name_every_key_but_the_refused(void **state)
{
    struct hb_buf schema, reference;
    json_t *json, *properties;

    (void)state;
    hb_buf_init(&schema, 1 << 20);
    hb_buf_init(&reference, 1 << 20);
    hb_fields_schema(&bicycle_table, "urn:x", "bicycle", &schema);
    hb_fields_reference(&bicycle_table, &reference);
    json = json_loads(hb_buf_text(&schema), 0, NULL);
    properties = json_object_get(json, "properties");
    assert_int_equal(json_object_size(properties), HB_ARRAY_LEN(bicycle_fields) - 1);
    for (size_t i = 0; i + 1 < HB_ARRAY_LEN(bicycle_fields); i++) {
        char row[64];

        assert_non_null(json_object_get(properties, bicycle_fields[i].key));
        snprintf(row, sizeof row, "\n| `%s` | ", bicycle_fields[i].key);
        assert_non_null(strstr(hb_buf_text(&reference), row));
    }
    assert_null(strstr(hb_buf_text(&reference), "motor"));
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(properties, "gears"), "default")), 7);
    json_decref(json);
    hb_buf_release(&schema);
    hb_buf_release(&reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_filled_in_at_every_depth),
        cmocka_unit_test(every_type_and_shape_is_read),
        cmocka_unit_test(all_problems_are_found_in_one_pass),
        cmocka_unit_test(variables_are_secret_as_text_and_not_as_numbers_or_names),
        cmocka_unit_test(schema_and_reference_name_every_key_but_the_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
