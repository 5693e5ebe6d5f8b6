#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The power is cut after each step of each load of tests/durability: `make check` takes each third.
. "${0%/*}/../lib/e2e.sh"

run_counted durability/test_power_cut "${LITTLE:-3}" "${COUNT:-120}"
