#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each I/O of each workload of tests/sweep fails in turn, and the rig is killed after
# each single step: `make check` takes one in thirteen.
. "${0%/*}/../lib/e2e.sh"

run_counted sweep/test_sweep "${LITTLE:-3}" "${COUNT:-120}"
