#!/usr/bin/env python3
"""Makes change_points_vectors.h: series, and what an implementation of its own, straight from the
definitions and with SciPy's t-test, finds in them. Run by hand: change_points_reference.py > change_points_vectors.h
"""
import itertools
import random

from scipy import stats

ALPHA, LENIENCY, SHORTEST = 0.001, 10, 3


def mean_distance(pairs):
    pairs = list(pairs)
    return sum(abs(a - b) for a, b in pairs) / len(pairs) if pairs else 0.0


def energy(left, right):
    """Matteson and James (2014), equations 5 to 7, alpha = 1."""
    n, m = len(left), len(right)
    divergence = 2 * mean_distance(itertools.product(left, right)) - mean_distance(
        itertools.combinations(left, 2)) - mean_distance(itertools.combinations(right, 2))
    return n * m / (n + m) * divergence


def p_at(series, start, split, end):
    return stats.ttest_ind(series[start:split], series[split:end]).pvalue


def divide(series, start, end):
    """All points of [start, end) that the lenient test lets pass."""
    splits = range(start + SHORTEST, end - SHORTEST + 1)
    best = max(splits, key=lambda split: energy(series[start:split], series[split:end]), default=None)
    if best is None or not p_at(series, start, best, end) < ALPHA * LENIENCY:
        return []
    return divide(series, start, best) + [best] + divide(series, best, end)


def change_points(series, magnitude):
    points = divide(series, 0, len(series))

    def facts(i):
        start = points[i - 1] if i > 0 else 0
        end = points[i + 1] if i + 1 < len(points) else len(series)
        before, after = series[start:points[i]], series[points[i]:end]
        return p_at(series, start, points[i], end), sum(before) / len(before), sum(after) / len(after)

    while points:
        all_facts = [facts(i) for i in range(len(points))]
        worst = max(range(len(points)), key=lambda i: all_facts[i][0])
        smallest = min(range(len(points)), key=lambda i: abs(all_facts[i][2] - all_facts[i][1]))
        if not all_facts[worst][0] < ALPHA:
            del points[worst]
        elif abs(all_facts[smallest][2] - all_facts[smallest][1]) < magnitude:
            del points[smallest]
        else:
            break
    return [(points[i], *facts(i)) for i in range(len(points))]


def stepped(seed, levels, sigma):
    """So many nights at each level."""
    rng = random.Random(seed)
    return [round(level + rng.gauss(0, sigma), 4) for nights, level in levels for _ in range(nights)]


SERIES = {
    "flat": (stepped(1, [(40, 0.0)], 0.02), 0.0),
    "a_step": (stepped(2, [(25, 0.0), (15, 0.06)], 0.02), 0.0),
    "up_and_down": (stepped(3, [(15, 0.0), (8, 0.08), (17, 0.0)], 0.02), 0.0),
    "a_staircase": (stepped(4, [(12, 0.0), (12, 0.05), (12, 0.1), (12, 0.2)], 0.015), 0.0),
    "too_small_a_step": (stepped(5, [(20, 0.0), (20, 0.01)], 0.004), 0.02),
    "the_last_three": (stepped(6, [(37, 0.0), (3, 0.1)], 0.01), 0.0),
}

print("/* Made by change_points_reference.py. */")
for name, (values, magnitude) in SERIES.items():
    print(f"static const double {name}_values[] = {{{', '.join(map(repr, values))}}};")
    found = change_points(values, magnitude)
    rows = ", ".join(f"{{{i}, {before:.12g}, {after:.12g}, {p:.12g}}}" for i, p, before, after in found)
    print(f"static const struct hb_change_point {name}_points[] = {{{rows or '{0, 0, 0, 0}'}}};")
print("static const struct vector vectors[] = {")
for name, (values, magnitude) in SERIES.items():
    count = len(change_points(values, magnitude))
    print(f'    {{"{name}", {name}_values, {len(values)}, {magnitude}, {name}_points, {count}}},')
print("};")
