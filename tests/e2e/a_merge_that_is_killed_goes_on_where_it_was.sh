#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# lvconvert --merge, with writes to the origin meanwhile: everything of the world is killed,
# and in every other round the rig, too.  The next world goes on with the merge, and no write
# that was acknowledged is undone, whether its place was merged by then or not.
. "${0%/*}/../lib/e2e.sh"

requires_loop
requires lvcreate dmsetup jq openssl
mount_volume 32MiB --profile lvm
random_bytes "$SEED" 33554432 >before
dd if=before of="$mnt/live" bs=1M conv=notrunc status=none
tr '\0' 'Z' </dev/zero | head -c 4096 >mark

# Every fourth 64 KiB of the volume is changed, then the merge begins; one write after the
# other goes to places all over it.
cat >merging.sh <<'END'
set -e
lvcreate -s -L 28M -n b1 vg0/live
place=0
while [ $place -lt 32 ]; do
	dd if=/dev/urandom of=/dev/vg0/live bs=256k count=1 seek=$((place * 4)) oflag=direct \
		conv=notrunc status=none
	place=$((place + 1))
done
touch ready
while [ ! -e go ]; do sleep 0.02; done
lvconvert --merge -b vg0/b1 </dev/null >/dev/null 2>&1
number=0
while :; do
	place=$(((number * 37 + 5) % 128))
	echo $place >>begun
	dd if=mark of=/dev/vg0/live bs=4096 count=1 seek=$((place * 64)) oflag=direct \
		conv=notrunc status=none
	echo $place >>acknowledged
	number=$((number + 1))
done
END

# tree_of PID - the processes below it.
tree_of()
{
	# shellcheck disable=SC2013 # numbers
	for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
		echo "$child"
		tree_of "$child"
	done
}

acknowledged()
{
	[ -e acknowledged ] && [ "$(wc -l <acknowledged)" -ge "$1" ]
}

is_in_its_midst()
{
	jq -e '.merged_from > 0' "$image.snaprig/lvm/areas/"*.json >/dev/null 2>&1
}

stands_still()
{
	grep -q '"fired": 1' "$mnt/.snaprig/status.json"
}

world=
kill_world()
{
	# shellcheck disable=SC2046 # numbers
	[ -z "$world" ] || kill -9 "$world" $(tree_of "$world") 2>/dev/null || :
	world=
}
on_exit kill_world

# killed_after WRITES WHO - a merge that ends so.  It stands still in its midst, while the writes
# go on: none of the first ones is to where it stands.
killed_after()
{
	rm -f ready go begun acknowledged
	rig lvm "$mnt" -- sh merging.sh >merging.log 2>&1 &
	world=$!
	wait_until 60 test -e ready || fail "no merge: $(cat merging.log)"
	rig fault add "$mnt" 'snapshot.read hang after=24 times=1' >/dev/null
	touch go
	wait_until 60 acknowledged "$1" || fail "no writes: $(cat merging.log)"
	wait_until 60 stands_still ||
		fail "the merge does not come to its midst: $(cat merging.log)"
	kill_world
	wait $! || :
	if [ "$2" = rig ]; then
		kill_rig
		umount -l "$mnt"
		rig mount "$image" "$mnt" --profile lvm
	else
		rig fault clear "$mnt" >/dev/null
	fi
	is_in_its_midst || fail "the merge was not killed in its midst"
}

# The world goes on until nothing is left to be merged.
cat >going_on.sh <<'END'
set -e
tries=200
while lvs -a --noheadings -o name vg0 | grep -q b1; do
	tries=$((tries - 1))
	[ $tries -gt 0 ] || exit 1
	sleep 0.05
	lvchange --poll y --config activation/polling_interval=1 vg0/live
done
lvs --noheadings -o attr vg0/live
sha256sum </dev/vg0/live
END

# The one that was under way is in, or is not.
content_is_wanted()
{
	cp before wanted
	while read -r place; do
		dd if=mark of=wanted bs=4096 count=1 seek=$((place * 64)) conv=notrunc status=none
	done <acknowledged
	cmp -s wanted "$mnt/live" && return
	place=$(tail -n 1 begun)
	dd if=mark of=wanted bs=4096 count=1 seek=$((place * 64)) conv=notrunc status=none
	cmp wanted "$mnt/live"
}

round=0
for writes in 1 6 ${MORE:-}; do
	who=world
	[ $((round % 2)) = 0 ] || who=rig
	dd if=before of="$mnt/live" bs=1M conv=notrunc status=none
	killed_after "$writes" "$who"
	rig lvm "$mnt" -- sh going_on.sh >going_on.log 2>&1 ||
		fail "the merge does not go on: $(cat going_on.log)"
	grep -qx ' *-wi-a-----.*' going_on.log || fail "still an origin: $(cat going_on.log)"
	content_is_wanted || fail "not what was written, after $writes writes, without $who"
	same "" "$(ls "$image.snaprig/lvm/areas")" "areas that are left"
	same "" "$(names_of "$mnt/snapshots")" "snapshots that are left"
	round=$((round + 1))
done
