#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A physical volume lies on a logical one: a snapshot of the lower one preserves what is
# written to the upper one, and the lower one holds it while it is suspended.  Several
# devices are made at once, one on another.
# shellcheck disable=SC2016 # for another shell
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/lvm_world.sh"

make_image
cat >script <<'END'
set -eu
# fill WORD - a MiB of it is written to the upper volume.
fill()
{
	yes "$1" | head -c 1048576 |
		dd of=/dev/upper/inner bs=64k iflag=fullblock oflag=direct status=none
}
scan='devices{scan_lvs=1}'
lvcreate -qq -L 12M -n lower vg0
pvcreate -qq --config "$scan" /dev/vg0/lower
vgcreate -qq --config "$scan" upper /dev/vg0/lower
lvcreate -qq --config "$scan" -L 4M -n inner upper
fill before
lvcreate -qq -s -L 8M -n s vg0/lower
at=$(dmsetup table upper-inner | cut -d' ' -f5)
fill after
yes before | head -c 1048576 >wanted
dd if=/dev/vg0/s bs=512 skip="$at" count=2048 iflag=direct status=none | cmp - wanted
yes after | head -c 1048576 | cmp - /dev/upper/inner 2>&1 | grep -q 'EOF on -'

dmsetup suspend vg0-lower
(dd if=/dev/zero of=/dev/upper/inner bs=4k count=1 oflag=direct status=none; touch written) &
sleep 0.5
[ ! -e written ]
dmsetup resume vg0-lower
wait
[ -e written ]

dmsetup create --concise 'a,,,rw,0 64 zero;b,,,ro,0 32 linear /dev/mapper/a 8'
dmsetup table b | grep -q '^0 32 linear 7:[0-9]* 8$'
dmsetup info -c --noheadings -o open a | grep -qx 1
END
rig lvm "$image" --free 64MiB -- sh script >log 2>&1 || fail "in the world: $(cat log)"
nothing_is_left
