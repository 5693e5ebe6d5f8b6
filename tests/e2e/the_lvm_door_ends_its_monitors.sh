#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The daemon that watches snapshots runs where it is asked for, and keeps no world alive.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/lvm_world.sh"
requires dmeventd lvs pgrep

make_image
world -- sh -c 'lvcreate -qq -s -L 8M -n b1 vg0/live; lvs --noheadings -o seg_monitor vg0/b1' >said
! grep -qx ' *monitored *' said || fail "without --monitor: $(cat said)"
# The second one begins with a snapshot, which is watched before the command comes.
for round in 1 2; do
	timeout 60 "$SNAPRIG" lvm "$image" --monitor -- sh -c 'lvchange --monitor y vg0/b1
		sleep 1 & lvs --noheadings -o seg_monitor vg0/b1' >said ||
		fail "it does not end ($round)"
	grep -qx ' *monitored *' said || fail "with --monitor: $(cat said)"
done
nothing_is_left
