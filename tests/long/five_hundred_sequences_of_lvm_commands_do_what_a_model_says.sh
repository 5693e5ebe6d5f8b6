#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Random sequences of LVM commands and writes leave what arrays say, in COUNT (500) worlds of
# 20 steps, and nothing on the machine.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/lvm_sequences.sh"

requires_loop
requires lvcreate dmsetup
world=0
while [ "$world" -lt "${COUNT:-500}" ]; do
	budget_is_over "$world" "${COUNT:-500}" sequences && break
	run_sequence $((SEED + 1000 + world)) 20
	world=$((world + 1))
done
