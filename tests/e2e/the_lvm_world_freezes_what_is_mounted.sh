#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A file system on a device that is suspended is frozen, wherever in the world it is mounted: a
# snapshot of it needs no recovery; and it thaws, however the world goes on.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_world.sh"

requires_world dumpe2fs unshare
in_world <<'END'
mkfs.ext4 -q /dev/vg0/live
mkdir /tmp/fs.$$
mount /dev/vg0/live /tmp/fs.$$
dd if=/dev/urandom of=/tmp/fs.$$/file bs=1M count=4 status=none
lvcreate -qq -s -L 16M -n b1 /dev/vg0/live
! dumpe2fs -h /dev/vg0/b1 2>/dev/null | grep -q needs_recovery
mkdir /tmp/old.$$
mount -o ro,noload /dev/vg0/b1 /tmp/old.$$
cmp /tmp/fs.$$/file /tmp/old.$$/file
umount /tmp/old.$$
rmdir /tmp/old.$$
touch /tmp/fs.$$/after

# Who writes meanwhile waits for the resume; the device is open once, and stays.
dmsetup suspend vg0-live
touch /tmp/fs.$$/late &
writer=$!
sleep 0.3
[ -d /proc/$writer ]
[ "$(dmsetup info -c --noheadings -o suspended,open vg0-live)" = 'Suspended:1' ]
dmsetup suspend vg0-live
dmsetup resume vg0-live
wait $writer
[ -e /tmp/fs.$$/late ]

# Of a namespace that somebody made inside: it is frozen from there, and goes with it.
umount /tmp/fs.$$
unshare --mount sh -ec 'mount /dev/vg0/live "$1"; >"$1/begun"; exec sleep 100' - /tmp/fs.$$ &
inner=$!
until [ "$(dmsetup info -c --noheadings -o open vg0-live)" = 1 ]; do :; done
until [ -e "/proc/$inner/root/tmp/fs.$$/begun" ]; do :; done
dmsetup suspend vg0-live
sh -c '>"$1"' - "/proc/$inner/root/tmp/fs.$$/late2" &
writer=$!
sleep 0.3
[ -d /proc/$writer ]
dmsetup resume vg0-live
wait $writer
kill $inner
wait $inner || :
i=0
until [ "$(dmsetup info -c --noheadings -o open vg0-live)" = 0 ]; do
	i=$((i + 1))
	[ $i -lt 600 ]
	sleep 0.05
done
mount /dev/vg0/live /tmp/fs.$$
[ -e /tmp/fs.$$/late2 ]

# The world ends while it is suspended and somebody waits.
dmsetup suspend vg0-live
touch /tmp/fs.$$/never &
sleep 0.3
umount -l /tmp/fs.$$
rmdir /tmp/fs.$$
END

in_world <<'END'
fsck.ext4 -fn /dev/vg0/live >/dev/null 2>&1
lvremove -qq -f vg0/b1
END
