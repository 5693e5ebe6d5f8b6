#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# a_power_cut_loses_nothing_that_was_flushed, for every kind of profile, COUNT (200) cuts in all.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_power.sh"
requires_power
each=$(((${COUNT:-200} + 9) / 10))
power_world
part=0
for profile in plain lvm vss datto xen; do
	for durable in no yes; do
		part=$((part + 1))
		cuts $profile $durable "$SEED" $each $part 10
	done
done
