#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A store that was cut, flipped, or swapped for another volume's is found out:
# the volume mounts, the live view is whole, and the snapshot fails with a
# message that names the file; it never reads as something else.  What was found
# damaged once stays lost, until somebody puts another store in its place.
. "${0%/*}/../lib/e2e.sh"

# judge WHAT - sets $outcome to "right" or to "error"; other bytes fail the test.
judge()
{
	if cat "$mnt/snapshots/s0" >content 2>/dev/null; then
		outcome=right
		same "$snapshot" "$(digest content)" "$1: snapshot"
	else
		outcome=error
		same 1 "$(status '.snapshots | length')" "$1: snapshots in status"
		[ "$(status '.snapshots[0].state')" != active ] || fail "$1: unreadable but active"
	fi
	echo "  $1: $outcome"
}

# must_be_error WHAT - the snapshot cannot be read, and the mount said whose.
must_be_error()
{
	judge "$1"
	same error "$outcome" "$1"
	grep -q "s0" said || fail "$1: the mount does not name the snapshot"
}

remount_with()
{
	rig mount "$image" "$mnt" 2>said || {
		cat said
		fail "$1: does not mount"
	}
	sed "s/^/  $1: /" said
	same "$live" "$(digest "$mnt/live")" "$1: live view"
}

store_of()
{
	find "$1.snaprig" -type f -name '*s0*' | head -n 1
}

# put FILE - in place of the store, whatever became of that.
put()
{
	rm -f "${store%.store}.lost"
	cp "$1" "$store"
}

mount_volume 8MiB
write_at 0 $((8 << 20)) "$mnt/live"
touch "$mnt/snapshots/s0"
snapshot=$(digest "$mnt/snapshots/s0")
for step in 1 2 3 4; do
	write_at $((step * 1048576)) 524288 "$mnt/live" "$step"
done
live=$(digest "$mnt/live")
umount_volume
store=$(store_of "$image")
[ -s "$store" ] || fail "no store of s0 in '$image.snaprig'"
cp "$store" good
size=$(stat -c %s good)

truncate -s $((size / 2)) "$store"
remount_with "cut in half"
must_be_error "cut in half"
umount_volume
[ ! -e "$store" ] || fail "the store is still believed"
[ -e "${store%.store}.lost" ] || fail "the store is not put aside"
remount_with "cut, once more"
must_be_error "cut, once more"
umount_volume
cp good "$store"
refused 4 'remove one of them' rig mount "$image" "$mnt"

for place in 40 $((size / 3)) $((size - 5000)); do
	put good
	byte=$(od -An -tu1 -j "$place" -N1 good | tr -d ' ')
	# shellcheck disable=SC2059 # an octal escape
	printf "\\$(printf %o $((byte ^ 16)))" |
		dd of="$store" bs=1 seek="$place" conv=notrunc status=none
	remount_with "bit at $place"
	judge "bit at $place"
	umount_volume
done

: >empty
put empty
remount_with "empty"
must_be_error "empty"
umount_volume

# Another volume's.
mkdir other
rig create other.img --size 8MiB
rig mount other.img other
touch other/snapshots/s0
write_at 0 65536 other/live
rig umount other
put "$(store_of other.img)"
remount_with "of another volume"
must_be_error "of another volume"
rm "$mnt/snapshots/s0"
same "" "$(ls "$mnt/snapshots")" "snapshots after rm"
touch "$mnt/snapshots/s0"
same "$live" "$(digest "$mnt/snapshots/s0")" "a new s0"
