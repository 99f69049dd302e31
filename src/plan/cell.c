/* What identifies a cell: its canonical JSON, and the hash of that. Ids of a whole plan are made
 * from texts prepared once an axis value, since a million cells share a few hundred of them; a
 * test holds them to the hash of hb_cell_canonical(). */
#include "plan/ids.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <xxhash.h>

#include "base/assert.h"

/* By the names of their members, as canonical JSON wants them. */
static const enum hb_axis canonical_order[HB_AXIS_COUNT] = {
    HB_AXIS_CLIENT,   HB_AXIS_CONCURRENCY, HB_AXIS_DURATION, HB_AXIS_METHOD, HB_AXIS_PROFILE,
    HB_AXIS_PROTOCOL, HB_AXIS_RATE,        HB_AXIS_SERVER,   HB_AXIS_URL};

/* A member and the comma after it; nothing when the value is left out. */
static void put_member(const struct hb_scenario *scenario, enum hb_axis axis, size_t index,
                       struct hb_buf *ret_json)
{
    size_t before = ret_json->length;

    hb_axis_canonical(scenario, axis, index, ret_json);
    if (ret_json->length > before)
        hb_buf_putc(ret_json, ',');
}

void hb_cell_canonical(const struct hb_scenario *scenario, const struct hb_cell *cell,
                       struct hb_buf *ret_json)
{
    hb_buf_putc(ret_json, '{');
    for (size_t i = 0; i < HB_AXIS_COUNT; i++)
        put_member(scenario, canonical_order[i], cell->at[canonical_order[i]], ret_json);
    if (!ret_json->overflowed)
        ret_json->data[ret_json->length - 1] = '}';
}

static const char *with_profile(const struct hb_scenario *scenario, const struct hb_cell *cell,
                                const char *name, struct hb_arena *arena)
{
    enum hb_profile profile = scenario->profiles[cell->profile];

    return profile == HB_PROFILE_TUNED
               ? name
               : hb_arena_printf(arena, "%s %s", name, hb_profile_name(profile));
}

const char *hb_cell_client_label(const struct hb_scenario *scenario, const struct hb_cell *cell,
                                 struct hb_arena *arena)
{
    return with_profile(scenario, cell, scenario->clients[cell->client].label, arena);
}

const char *hb_cell_client_library(const struct hb_scenario *scenario, const struct hb_cell *cell,
                                   struct hb_arena *arena)
{
    const struct hb_client_spec *client = &scenario->clients[cell->client];

    return with_profile(scenario, cell, client->library, arena);
}

const char *hb_cell_contender(const struct hb_scenario *scenario, const struct hb_cell *cell,
                              struct hb_arena *arena)
{
    const char *label = hb_cell_client_label(scenario, cell, arena);
    const char *subject = hb_cell_subject(scenario, cell);

    return subject[0] == '\0' ? label : hb_arena_printf(arena, "%s [%s]", label, subject);
}

void hb_cell_format_id(const struct hb_cell *cell, char text[HB_CELL_ID_BYTES])
{
    snprintf(text, HB_CELL_ID_BYTES, "%016" PRIx64, cell->id);
}

/* The members of all values of one axis, one after another: value i ends where i + 1 begins. */
struct members {
    struct hb_buf text;
    size_t *begins; /* of each value, and the end of the last */
    size_t longest;
};

static void members_init(struct members *members, const struct hb_scenario *scenario,
                         enum hb_axis axis, struct hb_arena *arena)
{
    size_t count = hb_axis_count(scenario, axis);

    members->longest = 0;
    members->begins = hb_arena_calloc(arena, count + 1, sizeof *members->begins);
    hb_buf_init(&members->text, SIZE_MAX / 2);
    for (size_t i = 0; i < count; i++) {
        put_member(scenario, axis, i, &members->text);
        members->begins[i + 1] = members->text.length;
        if (members->begins[i + 1] - members->begins[i] > members->longest)
            members->longest = members->begins[i + 1] - members->begins[i];
    }
}

static char *append_member(char *end, const struct members *members, size_t value)
{
    size_t begin = members->begins[value], length = members->begins[value + 1] - begin;

    memcpy(end, hb_buf_text(&members->text) + begin, length);
    return end + length;
}

static uint64_t cell_id(const struct members *members, const struct hb_cell *cell, char *json)
{
    char *end = json;

    *end++ = '{';
    for (size_t i = 0; i < HB_AXIS_COUNT; i++)
        end = append_member(end, &members[canonical_order[i]], cell->at[canonical_order[i]]);
    end[-1] = '}';
    return XXH3_64bits(json, (size_t)(end - json));
}

void hb_cells_identify(const struct hb_scenario *scenario, struct hb_cell *cells, size_t count)
{
    struct members members[HB_AXIS_COUNT];
    struct hb_arena scratch;
    size_t longest = 1;
    char *json;

    hb_arena_init(&scratch);
    for (int axis = 0; axis < HB_AXIS_COUNT; axis++) {
        members_init(&members[axis], scenario, (enum hb_axis)axis, &scratch);
        longest += members[axis].longest;
    }
    json = hb_arena_alloc(&scratch, longest);
    for (size_t i = 0; i < count; i++)
        cells[i].id = cell_id(members, &cells[i], json);
    for (int axis = 0; axis < HB_AXIS_COUNT; axis++)
        hb_buf_release(&members[axis].text);
    hb_arena_release(&scratch);
}

static bool are_twins(const struct hb_scenario *scenario, const struct hb_cell *a,
                      const struct hb_cell *b)
{
    return a->id == b->id &&
           scenario->clients[a->client].subject == scenario->clients[b->client].subject;
}

/* An open-addressing table of cell numbers plus one, at most half full: ids are hashes already. */
const struct hb_cell *hb_cells_find_twin(const struct hb_scenario *scenario,
                                         const struct hb_cell *cells, size_t count,
                                         const struct hb_cell **ret_first)
{
    struct hb_arena scratch;
    const struct hb_cell *twin = NULL;
    size_t mask = 1;
    uint32_t *slots;

    HB_ASSERT(count < UINT32_MAX);
    while (mask < 2 * count)
        mask = mask * 2 + 1;
    hb_arena_init(&scratch);
    slots = hb_arena_calloc(&scratch, mask + 1, sizeof *slots);
    for (size_t i = 0; i < count && twin == NULL; i++) {
        size_t slot = cells[i].id & mask;

        while (slots[slot] != 0 && !are_twins(scenario, &cells[slots[slot] - 1], &cells[i]))
            slot = (slot + 1) & mask;
        if (slots[slot] != 0) {
            twin = &cells[i];
            *ret_first = &cells[slots[slot] - 1];
        }
        slots[slot] = (uint32_t)i + 1;
    }
    hb_arena_release(&scratch);
    return twin;
}
