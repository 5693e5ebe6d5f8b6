#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The real dmeventd sees a snapshot fill up, has it extended before it is full, and is ended
# with the world. It looks every ten seconds.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/lvm_world.sh"
requires dmeventd

make_image 64MiB
cat >inside.sh <<'END'
set -eu
cat >>/etc/lvm/lvm.conf <<'CONF'
activation {
	snapshot_autoextend_threshold = 70
	snapshot_autoextend_percent = 50
}
CONF
size()
{
	lvs --noheadings --units m -o lv_size vg0/b1 | tr -d ' '
}
lvcreate -q -q -s -L 8M -n b1 vg0/live
dd if=/dev/zero of=/dev/vg0/live bs=64k count=100 oflag=direct 2>/dev/null
for _ in $(seq 60); do
	[ "$(size)" = 8.00m ] || break
	sleep 0.5
done
size
lvs --noheadings -o lv_attr vg0/b1 | tr -d ' '
lvremove -q -q -f vg0/b1
END
same "12.00m
swi-a-s---" "$(world --monitor -- sh inside.sh)" "a snapshot that was extended"
nothing_is_left
