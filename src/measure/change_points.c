/*
 * The energy statistic of a split is made of the sums of distances within and between its sides.
 * Moving the split by one observation moves that observation's distances from one sum to another;
 * so all splits of a stretch take as many steps as there are pairs.
 */
#include "measure/change_points.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "measure/stats_student.h"

/* How much more a point may be doubted while others are still to be found: as Otava does. */
#define LENIENCY 10

struct search {
    const double *values;
    size_t count;
    const struct hb_change_rules *rules;
    size_t *points; /* between 0 and `count`, in order */
    size_t points_count, capacity;
};

/* Sums of distances; `between` runs over pairs of a left and a right observation. */
struct distances {
    double left, right, between;
};

static double distance_to(const double *values, size_t from, size_t start, size_t end)
{
    double sum = 0;

    for (size_t i = start; i < end; i++)
        sum += fabs(values[from] - values[i]);
    return sum;
}

/* Mean distance of a sample's pairs; 0 where there is none. */
static double mean_within(double sum, double count)
{
    return count > 1 ? sum / (count * (count - 1) / 2) : 0;
}

static double energy(const struct distances *distances, size_t left_count, size_t right_count)
{
    double n = (double)left_count, m = (double)right_count;
    double divergence = 2 * distances->between / (n * m) - mean_within(distances->left, n) -
                        mean_within(distances->right, m);

    return n * m / (n + m) * divergence;
}

size_t hb_energy_split(const double *values, size_t start, size_t end, size_t shortest,
                       double *ret_energy)
{
    struct distances distances = {0};
    size_t best = 0;

    *ret_energy = 0;
    for (size_t i = start; i < end; i++)
        distances.right += distance_to(values, i, i + 1, end);
    for (size_t split = start + 1; split < end; split++) {
        double to_left = distance_to(values, split - 1, start, split - 1);
        double to_right = distance_to(values, split - 1, split, end);
        double value;

        distances.left += to_left;
        distances.right -= to_right;
        distances.between += to_right - to_left;
        value = energy(&distances, split - start, end - split);
        if (split - start >= shortest && end - split >= shortest && value > *ret_energy) {
            *ret_energy = value;
            best = split;
        }
    }
    return best;
}

static double test_at(const struct search *search, size_t start, size_t split, size_t end)
{
    return hb_student_p(search->values + start, split - start, search->values + split, end - split);
}

static void insert_point(struct search *search, size_t place, size_t point)
{
    search->points =
        hb_grow(search->points, &search->capacity, search->points_count, sizeof *search->points);
    memmove(search->points + place + 1, search->points + place,
            (search->points_count - place) * sizeof *search->points);
    search->points[place] = point;
    search->points_count++;
}

/* The ends of the stretch between point `place` - 1 and point `place`. */
static size_t stretch_start(const struct search *search, size_t place)
{
    return place > 0 ? search->points[place - 1] : 0;
}

static size_t stretch_end(const struct search *search, size_t place)
{
    return place < search->points_count ? search->points[place] : search->count;
}

/* Divide the stretch before point `place`, if it can be. */
static bool divide(struct search *search, size_t place)
{
    size_t start = stretch_start(search, place), end = stretch_end(search, place);
    double statistic;
    size_t split = hb_energy_split(search->values, start, end, search->rules->shortest, &statistic);

    if (split == 0 || !(test_at(search, start, split, end) < search->rules->alpha * LENIENCY))
        return false;
    insert_point(search, place, split);
    return true;
}

/* A stretch that was divided is looked at again, its first part first. */
static void divide_all(struct search *search)
{
    size_t place = 0;

    while (place <= search->points_count) {
        if (!divide(search, place))
            place++;
    }
}

static double mean_between(const double *values, size_t start, size_t end)
{
    double sum = 0;

    for (size_t i = start; i < end; i++)
        sum += values[i];
    return sum / (double)(end - start);
}

static struct hb_change_point describe(const struct search *search, size_t place)
{
    size_t start = stretch_start(search, place), split = search->points[place];
    size_t end = stretch_end(search, place + 1);

    return (struct hb_change_point){
        .index = split,
        .before = mean_between(search->values, start, split),
        .after = mean_between(search->values, split, end),
        .p = test_at(search, start, split, end),
    };
}

static double size_of(const struct hb_change_point *point)
{
    return fabs(point->after - point->before);
}

/* The least believable point that does not pass; `points_count` when all do. */
static size_t find_weakest(const struct search *search)
{
    size_t weakest = search->points_count, smallest = search->points_count;
    double most = 0, least = INFINITY;

    for (size_t place = 0; place < search->points_count; place++) {
        struct hb_change_point point = describe(search, place);

        if (!(point.p < search->rules->alpha) && point.p >= most) {
            most = point.p;
            weakest = place;
        }
        if (size_of(&point) < search->rules->magnitude && size_of(&point) < least) {
            least = size_of(&point);
            smallest = place;
        }
    }
    return weakest < search->points_count ? weakest : smallest;
}

static void take_weak_ones_away(struct search *search)
{
    size_t place;

    while ((place = find_weakest(search)) < search->points_count) {
        search->points_count--;
        memmove(search->points + place, search->points + place + 1,
                (search->points_count - place) * sizeof *search->points);
    }
}

int hb_change_points(const double *values, size_t count, const struct hb_change_rules *rules,
                     struct hb_change_point **ret_points, size_t *ret_count, struct hb_error *err)
{
    struct search search = {.values = values, .count = count, .rules = rules};

    *ret_points = NULL;
    *ret_count = 0;
    if (count > HB_CHANGE_POINTS_MAX)
        return hb_fail(err, HB_ERR_LIMIT, "a series of %zu; change points are looked for in %u",
                       count, HB_CHANGE_POINTS_MAX);
    divide_all(&search);
    take_weak_ones_away(&search);
    if (search.points_count > 0)
        *ret_points = hb_calloc(search.points_count, sizeof **ret_points);
    for (size_t place = 0; place < search.points_count; place++)
        (*ret_points)[(*ret_count)++] = describe(&search, place);
    free(search.points);
    return 0;
}
