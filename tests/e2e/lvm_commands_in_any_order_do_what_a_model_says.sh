#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Random sequences of lvcreate, writes, lvextend, lvrename, vgchange, lvconvert --merge and
# lvremove leave what arrays say, in COUNT (2) worlds; long/ has more of them.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/lvm_sequences.sh"

requires_loop
requires lvcreate dmsetup
world=0
while [ "$world" -lt "${COUNT:-2}" ]; do
	run_sequence $((SEED + world)) 14
	world=$((world + 1))
done
