#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A byte of a store or node that changes under a running mount, or between two:
# whoever reads it gets EIO and the snapshot has failed, and nobody gets other
# bytes.  So it is with blocks that were written in place, and with a store that
# was cut.
. "${0%/*}/../lib/e2e.sh"

# flip FILE OFFSET - another byte than before.
flip()
{
	byte=$(od -An -tu1 -j "$2" -N1 "$1" | tr -d ' ')
	# shellcheck disable=SC2059 # an octal escape
	printf "\\$(printf %o $((byte ^ 16)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# must_fail VIEW NAME WHAT - VIEW cannot be read, and the snapshot NAME has failed.
must_fail()
{
	cat "$1" >/dev/null 2>&1 && fail "$3: damaged bytes were handed out"
	same EUCLEAN "$(status ".snapshots[] | select(.name == \"$2\").error")" "$3: error"
	grep -q '"store.damaged"' "$mnt/.snaprig/events.jsonl" || fail "$3: no event"
}

for profile in plain vss; do
	rm -rf volume.img volume.img.snaprig
	mount_volume 4MiB --profile "$profile"
	write_at 0 $((4 << 20)) "$mnt/live" 1
	touch "$mnt/snapshots/s0"
	write_at 0 $((1 << 20)) "$mnt/live" 2
	live=$(digest "$mnt/live")
	flip "$image.snaprig/s0.store" 100000
	cat "$mnt/snapshots/s0" >/dev/null 2>&1 &&
		fail "$profile: damaged bytes were handed out"
	same "$live" "$(digest "$mnt/live")" "$profile: live view"
	umount_volume
done

rm -rf volume.img volume.img.snaprig
mount_volume 4MiB
write_at 0 $((4 << 20)) "$mnt/live" 1
touch "$mnt/snapshots/s0"
write_at 0 $((1 << 20)) "$mnt/live" 2
truncate -s 500000 "$image.snaprig/s0.store"
cat "$mnt/snapshots/s0" >/dev/null 2>&1 && fail "a store that was cut was read"
same EUCLEAN "$(status '.snapshots[0].error')" "error of a store that was cut"
umount_volume

# A chain whose leaf was written in place; then the same between two mounts.
rm -rf volume.img volume.img.snaprig
mount_volume 4MiB --profile xen --no-coalesce
touch "$mnt/snapshots/s0"
write_at 0 262144 "$mnt/live" 1
write_at 0 262144 "$mnt/live" 2
touch "$mnt/snapshots/s1"
write_at 1048576 262144 "$mnt/live" 3
touch "$mnt/snapshots/s2"
write_at 2097152 65536 "$mnt/live" 4
s0=$(digest "$mnt/snapshots/s0")
umount_volume
node=$(find "$image.snaprig" -name '*.node' -size +200k | while read -r file; do
	[ -e "${file%.node}.sums" ] && echo "$file"
done | head -n 1)
[ -n "$node" ] || fail "no node was written in place"
cp "$node" good

flip "$node" 100000
rig mount "$image" "$mnt" --profile xen --no-coalesce
must_fail "$mnt/snapshots/s1" s1 "rewritten node"
same "$s0" "$(digest "$mnt/snapshots/s0")" "the snapshot that does not need it"
dd if="$mnt/live" of=/dev/null bs=4096 count=64 status=none 2>/dev/null &&
	fail "the live view handed out damaged bytes"
dd if="$mnt/live" of=/dev/null bs=65536 skip=16 count=4 status=none ||
	fail "the live view cannot read what is whole"
umount_volume

# --verify says so at the mount, which goes on.
rig mount "$image" "$mnt" --profile xen --no-coalesce --verify 2>said
cat said
grep -q "at offset [0-9]*: block [0-9]* is not what was stored" said || fail "it is not said"
same "$s0" "$(digest "$mnt/snapshots/s0")" "the snapshot that does not need it, verified"
umount_volume
