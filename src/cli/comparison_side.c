/* The kinds of places that a side can come from. */
#include "cli/comparison_side.h"

#include <inttypes.h>
#include <string.h>

/* ---- a saved baseline ---- */

static int load_baseline(struct hb_cli *cli, const char *text, HB_UNUSED const char *database,
                         struct hb_comparison_side *side, struct hb_error *err)
{
    side->label = text;
    side->scenario_path = "";
    return hb_baseline_read(text, &cli->arena, &side->observed, err);
}

/* ---- a sweep ---- */

/* "FILE.db@latest:head" in its parts. */
struct place {
    const char *database; /* NULL: not said */
    const char *selector;
    const char *subject; /* "": not said */
};

static struct place split(struct hb_arena *arena, const char *text)
{
    const char *at = strrchr(text, '@'), *colon;
    struct place place = {.subject = ""};

    if (at != NULL)
        place.database = hb_arena_strndup(arena, text, (size_t)(at - text));
    place.selector = at != NULL ? at + 1 : text;
    colon = strchr(place.selector, ':');
    if (colon != NULL) {
        place.subject = colon + 1;
        place.selector = hb_arena_strndup(arena, place.selector, (size_t)(colon - place.selector));
    }
    return place;
}

/* Figures of several subjects are nothing that one side could be. */
static int check_subject(struct hb_cli *cli, struct hb_store *store, const struct place *place,
                         int64_t sweep_id, struct hb_error *err)
{
    struct hb_run_row *rows;
    size_t count;

    if (hb_store_load_runs(store, sweep_id, &cli->arena, &rows, &count, err) != 0)
        return -1;
    if (place->subject[0] == '\0' && count > 0 && rows[0].subject[0] != '\0')
        return hb_fail(err, HB_ERR_INPUT,
                       "sweep %" PRId64
                       " has subjects: say which is meant, for instance %.100s:%.100s",
                       sweep_id, place->selector, rows[0].subject);
    return 0;
}

static int read_sweep(struct hb_cli *cli, struct hb_store *store, const struct place *place,
                      struct hb_comparison_side *side, struct hb_error *err)
{
    struct hb_sweep_row sweep;

    if (hb_store_find_sweep(store, place->selector, &cli->arena, &sweep, err) != 0 ||
        check_subject(cli, store, place, sweep.id, err) != 0)
        return -1;
    side->sweep_id = sweep.id;
    side->measured_wall_ns = sweep.started_wall_ns;
    side->scenario_path = sweep.scenario_path;
    side->label = hb_arena_printf(&cli->arena, "sweep %" PRId64 "%s%s%s%s", sweep.id,
                                  place->subject[0] != '\0' ? ":" : "", place->subject,
                                  place->database != NULL ? " of " : "",
                                  place->database != NULL ? place->database : "");
    return hb_baseline_of_sweep(store, place->selector, place->subject, &cli->arena,
                                &side->observed, err);
}

static int load_sweep(struct hb_cli *cli, const char *text, const char *database,
                      struct hb_comparison_side *side, struct hb_error *err)
{
    struct place place = split(&cli->arena, text);
    struct hb_store *store;
    int result;

    side->database = place.database;
    if (hb_store_open(hb_cli_database(cli, place.database != NULL ? place.database : database),
                      HB_STORE_READ, &store, err) != 0)
        return -1;
    result = read_sweep(cli, store, &place, side, err);
    hb_store_close(store);
    return result;
}

/* ---- the table ---- */

static bool is_anything(HB_UNUSED const char *text)
{
    return true;
}

/* The first that takes a text loads it. */
static const struct kind {
    bool (*takes)(const char *text);
    int (*load)(struct hb_cli *cli, const char *text, const char *database,
                struct hb_comparison_side *side, struct hb_error *err);
} kinds[] = {
    {hb_baseline_is_path, load_baseline},
    {is_anything, load_sweep},
};

int hb_comparison_side_load(struct hb_cli *cli, const char *text, const char *database,
                            struct hb_comparison_side *ret_side, struct hb_error *err)
{
    const struct kind *kind = kinds;

    while (!kind->takes(text))
        kind++;
    *ret_side = (struct hb_comparison_side){.label = text};
    if (kind->load(cli, text, database, ret_side, err) != 0)
        return hb_wrap(err, "%.200s", text);
    return 0;
}

bool hb_comparison_side_is_place(const char *text)
{
    static const char latest[] = "latest";

    return hb_baseline_is_path(text) || strpbrk(text, "@:~") != NULL ||
           text[strspn(text, "0123456789")] == '\0' || strcmp(text, latest) == 0;
}
