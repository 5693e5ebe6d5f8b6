#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# As every_single_fault_and_kill_of_the_sweeps, of the other half of tests/sweep.
. "${0%/*}/../lib/e2e.sh"

run_counted sweep/test_sweep_mounts "${LITTLE:-3}" "${COUNT:-120}"
