#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A snapshot that becomes invalid is an event of its device: who waits for one goes on, and
# they are counted; of the volume, whose rig was there before, and of another logical volume.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_world.sh"

requires_world timeout
in_world <<'END'
lvcreate -qq -y -L 16M -n data vg0
for lv in live data; do
	lvcreate -qq -s -L 4M -n s-$lv vg0/$lv
	says 0 0 field dmsetup info -c --noheadings -o events vg0-s--$lv
	timeout 60 dmsetup wait vg0-s--$lv 0 &
	waiter=$!
	dd if=/dev/urandom of=/dev/vg0/$lv bs=1M count=6 oflag=direct conv=notrunc status=none
	wait $waiter || { echo "nobody tells of the snapshot of $lv"; exit 1; }
	says 0 1 field dmsetup info -c --noheadings -o events vg0-s--$lv
	dmsetup status vg0-s--$lv | grep -q 'snapshot Invalid'
	lvremove -qq -f vg0/s-$lv
done
END
