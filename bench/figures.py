# SPDX-License-Identifier: Apache-2.0
"""Computations with figures: medians, spreads, ratios of rounds, and what is noise.

A spread is the distance of the quartiles: the middle half of the rounds is in it.  A round that a
busy neighbour has disturbed is in the other half.
"""

# With fewer rounds, a spread says nothing.
ROUNDS_MIN = 3


def at_share(values, share):
    """The value at SHARE (0 to 1) of the sorted VALUES, interpolated between two of them."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def median(values):
    """The median; None if there are no values."""
    return at_share(values, 0.5) if values else None


def spread(values):
    """The distance of the quartiles; None for fewer than ROUNDS_MIN values."""
    if len(values) < ROUNDS_MIN:
        return None
    return at_share(values, 0.75) - at_share(values, 0.25)


def ratios(ours, against):
    """The ratio of each round, from two lists that have None for a round without a figure."""
    return [a / b for a, b in zip(ours, against) if a is not None and b]


def is_met(value, goal, at_most):
    return value <= goal if at_most else value >= goal


def judge(values, goal, at_most):
    """met, missed, or near: the median misses the goal, but the spread includes it."""
    middle = median(values)
    if is_met(middle, goal, at_most):
        return "met"
    width = spread(values) or 0
    best = middle - width / 2 if at_most else middle + width / 2
    return "near" if is_met(best, goal, at_most) else "missed"


def compare(before, after, at_most):
    """better, worse, or noise: the medians differ by no more than both spreads together.

    unknown: one of them has too few rounds.
    """
    widths = [spread(before), spread(after)]
    if None in widths:
        return "unknown"
    change = median(after) - median(before)
    if abs(change) <= sum(widths):
        return "noise"
    return "better" if (change < 0) == at_most else "worse"
