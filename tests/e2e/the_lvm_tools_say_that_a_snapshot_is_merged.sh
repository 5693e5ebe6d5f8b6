#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# lvconvert --merge: the origin is again what it was when the snapshot was taken.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_world.sh"

requires_world
in_world <<'END'
dd if=/dev/urandom of=/dev/vg0/live bs=1M count=64 status=none oflag=direct
before=$(sha256sum </dev/vg0/live)
lvcreate -qq -s -L 16M -n m1 /dev/vg0/live
dd if=/dev/urandom of=/dev/vg0/live bs=1M seek=10 count=6 conv=notrunc status=none
[ "$(sha256sum </dev/vg0/m1)" = "$before" ]
[ "$(sha256sum </dev/vg0/live)" != "$before" ]
# What it says of how far it is depends on when it looks; of the end always the same.
lvconvert -i 1 --merge vg0/m1 >said 2>&1
says 0 '  Merging of volume vg0/m1 started.
  vg0/live: Merged: 100.00%
  Merge of snapshot into logical volume vg0/live has finished.
  Logical volume "m1" successfully removed.' \
	sed -E '/Merged: ([0-9]|[1-9][0-9])\.[0-9]{2}%$/d' said
[ "$(sha256sum </dev/vg0/live)" = "$before" ]
lvs --noheadings -o lv_name vg0 | tr -d ' \n' >said
[ "$(cat said)" = live ]
[ "$(dmsetup table vg0-live | cut -d' ' -f3)" = linear ]
END
