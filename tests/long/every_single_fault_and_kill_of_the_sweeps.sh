#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each I/O of each workload of tests/sweep fails in turn, and the rig is killed after
# each single step: `make check` takes one in five.
. "${0%/*}/../lib/e2e.sh"

for name in test_sweep test_sweep_mounts; do
	COUNT=120 "$E2E_TOOLS/../sweep/$name" >said 2>&1 ||
		fail "$name: $(grep -a -E ':[FE]:|^replay' said)"
	grep -a '^[0-9]*%' said
done
