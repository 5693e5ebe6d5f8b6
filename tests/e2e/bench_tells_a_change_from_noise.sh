#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The arithmetic of the benchmark, on known numbers: medians, spreads, ratios of rounds, goals, and
# when a change is noise.
. "${0%/*}/../lib/e2e.sh"
requires python3

cat >known.py <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from figures import compare, judge, median, ratios, spread
from rig import cpu_ns


def same(expected, found, what):
    if expected != found:
        sys.exit("%s: %r, expected %r" % (what, found, expected))


same(None, median([]), "the median of nothing")
same(7, median([7]), "of one")
same(2.5, median([4, 1, 3, 2]), "of four")
same(3, median([9, 1, 3, 100, 2]), "of five, one of them spoilt")
same(None, spread([1, 9]), "a spread of two")
same(2, spread([5, 1, 3, 2, 4]), "of five")
same(0.5, spread([1, 1, 2]), "of three, between two values")
same(3, spread([5, 1, 3, 2, 1000]), "of five, one of them spoilt")
same([0.5, 2], ratios([1, None, 4], [2, 3, 2]), "ratios leave out a round without a figure")
same([2], ratios([1, 4], [0, 2]), "and one of nothing")

# A goal is held by the median; a miss within half of the spread is near.
same("met", judge([0.7, 0.8, 0.9], 0.8, False), "as much as the goal")
same("missed", judge([0.78, 0.79, 0.79], 0.8, False), "a little less, hardly swinging")
same("near", judge([0.7, 0.79, 0.9], 0.8, False), "a little less, swinging more")
same("missed", judge([0.79], 0.8, False), "one round has no spread")
same("met", judge([1.9, 2.0, 2.1], 2.0, True), "at most the goal")
same("missed", judge([2.4, 2.5, 2.6], 2.0, True), "more than at most")
same("near", judge([1.5, 2.1, 3.0], 2.0, True), "a little more, swinging more")

# Both spreads together are what a change must pass.
before = [100, 101, 102, 103, 104]
same("noise", compare(before, [104, 105, 106, 107, 108], False), "4, and both spreads are 4")
same("better", compare(before, [105, 106, 107, 108, 109], False), "5")
same("worse", compare(before, [95, 96, 97, 98, 99], False), "5 less")
same("better", compare(before, [95, 96, 97, 98, 99], True), "5 less of what is at most")
same("worse", compare(before, [105, 106, 107, 108, 109], True), "5 more of it")
same("noise", compare(before, [60, 80, 90, 100, 120], False), "12, swinging by 20")
same("noise", compare(before, before, False), "nothing")
same("unknown", compare(before, [1, 2], False), "two rounds")
same("unknown", compare([1, 2], before, False), "two rounds before")

# Processor time is that of the threads; one that has ended is in the whole process only.
begun = {"threads": {"1": 1000, "2": 500}, "process_ns": 10000000}
same(700, cpu_ns(begun, {"threads": {"1": 1400, "2": 500, "3": 300}, "process_ns": 10000000}),
     "a thread more")
same(20000000, cpu_ns(begun, {"threads": {"1": 1400, "3": 300}, "process_ns": 30000000}),
     "a thread less")
END
python3 -B known.py "$e2e_root/bench" || fail "see above"
