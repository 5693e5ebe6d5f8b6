#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What is written to a device without a flush is there for who comes by another way, as soon as
# the one who wrote has ended; and nobody reads what was cached before.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_world.sh"

requires_world cmp sha256sum
in_world <<'END'
fill()
{
	dd if="$1" of="$2" bs=1M seek="$3" count=1 conv=notrunc status=none
}
fill /dev/urandom /dev/vg0/live 0
lvcreate -qq -s -L 16M -n b1 /dev/vg0/live
before=$(sha256sum </dev/vg0/b1)
fill /dev/zero /dev/vg0/live 0
cmp -n 1048576 /dev/vg0/live /dev/zero
[ "$(sha256sum </dev/vg0/b1)" = "$before" ]

# Two ways to the same sectors, each with a cache of its own.
dmsetup create over --table '0 8192 linear /dev/vg0/live 0'
cmp -n 4194304 /dev/mapper/over /dev/vg0/live
i=1
while [ $i -lt 4 ]; do
	fill /dev/urandom /dev/mapper/over $i
	cmp -n 4194304 /dev/mapper/over /dev/vg0/live
	fill /dev/urandom /dev/vg0/live $i
	cmp -n 4194304 /dev/mapper/over /dev/vg0/live
	i=$((i + 1))
done
dmsetup remove over

# A device that goes has written what was cached for it.
fill /dev/zero /dev/vg0/live 20
dmsetup create over --table '0 2048 linear /dev/vg0/live 40960'
exec 3>/dev/mapper/over
echo words >&3
exec 3>&-
dmsetup remove over
[ "$(dd if=/dev/vg0/live bs=512 skip=40960 count=1 status=none | head -n 1)" = words ]
lvremove -qq -f vg0/b1
END
head -c 1048576 "$image" | cmp - /dev/zero 2>&1 | grep -q 'EOF on -' ||
	fail "what was written is not in the image"
