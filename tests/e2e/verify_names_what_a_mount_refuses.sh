#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Bytes changed in the header of a segment of a node, of which blocks were written in
# place later: a mount goes by the summaries and reads all of it, and verify names that
# segment and no block.  A byte of data: it names the one block that a mount refuses.
. "${0%/*}/../lib/e2e.sh"

# damage FILE OFFSET
damage()
{
	printf '\125\252\125' | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# verify EXIT
verify()
{
	code=0
	rig verify "$image" >found || code=$?
	sed 's/^/  found: /' found
	[ $code = "$1" ] || fail "exit $code and not $1"
}

mount_volume 8389632 --profile xen
head -c 8389632 /dev/urandom >content
dd if=content of="$mnt/live" bs=77777 conv=notrunc status=none
touch "$mnt/snapshots/s"
head -c 3000001 /dev/urandom >later
dd if=later of="$mnt/live" bs=100003 seek=3 conv=notrunc status=none
dd if=later of=content bs=100003 seek=3 conv=notrunc status=none
live=$(digest content)
umount_volume
verify 0

node=$(find "$image.snaprig" -name '*.node' -printf '%s %p\n' | sort -n | tail -n 1)
node=${node#* }
name=${node##*/}
middle=$(($(stat -c %s "$node") / 2))
header=$(grep -abo snapseg1 "$node" | cut -d: -f1 | awk -v m=$middle '$1 >= m { print; exit }')

echo "a header"
dd if="$node" of=good bs=1 skip=$((header + 100)) count=4 status=none
damage "$node" $((header + 100))
verify 1
grep -q "^$name: offset $header: .*segment does not check.*; a mount does without it$" found ||
	fail "the segment is not named"
! grep -q "not what was stored" found || fail "a block is named"
grep -q ', 1 finding$' found || fail "more is found"
rig mount "$image" "$mnt" --profile xen
same "$live" "$(digest "$mnt/live")" "live view without that header"
cat "$mnt/snapshots/s" >/dev/null || fail "the snapshot cannot be read"
umount_volume

echo "data"
dd if=good of="$node" bs=1 seek=$((header + 100)) conv=notrunc status=none
damage "$node" $((header + 4096 + 100))
verify 1
block=$(sed -n "s/^$name: offset $((header + 4096)): .*: block \([0-9]*\) is not.*/\1/p" found)
[ -n "$block" ] || fail "the block is not named"
grep -q ', 1 finding$' found || fail "more is found"
view=live
grep -q 'shown by the live view' found || view=snapshots/s
rig mount "$image" "$mnt" --profile xen
dd if="$mnt/$view" of=/dev/null bs=4096 skip="$block" count=1 status=none 2>/dev/null &&
	fail "the block can be read"
if [ $view = live ]; then
	behind=$(((block + 1) * 4096))
	cmp -n $((block * 4096)) "$mnt/live" content || fail "what is before it is not right"
	cmp -i $behind "$mnt/live" content || fail "what is behind it is not right"
fi
umount_volume
