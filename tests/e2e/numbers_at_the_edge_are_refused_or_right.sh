#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Sizes, limits, offsets and numbers at the edge of 64 bits, and text that is none,
# are refused by name, or are what they say.
. "${0%/*}/../lib/e2e.sh"

requires jq socat
mnt=$work/mnt
mkdir "$mnt"

for size in 0 1 511 -1 0x200 1e9 "512 " 512b 9223372036854775807 9223372036854775808 \
	18446744073709551615 18446744073709551616 18014398509481984s 8388608TiB 16EiB; do
	refused 2 "size '$size'" rig create x.img --size "$size"
	[ ! -e x.img ] || fail "made with size '$size'"
done
refused 2 "8388608TiB' is more than" rig create x.img --size 8388608TiB

rig create volume.img --size 1MiB
for limit in 0 0% 200.0001% 99999999999% 9223372036854775807 18446744073709551616 -1; do
	refused 2 "limit '$limit'" rig mount volume.img "$mnt" --limit "$limit"
done
refused 2 "limit '100000%'" rig mount volume.img "$mnt" --limit 100000%
for block in 0 4095 4097 1MiB 4294971392 9223372036854775807 -4096; do
	refused 2 "block size '$block'" rig mount volume.img "$mnt" --block "$block"
done
for seed in -1 18446744073709551616 x; do
	refused 2 "seed '$seed'" rig mount volume.img "$mnt" --seed "$seed"
done

rig mount volume.img "$mnt" --seed 18446744073709551615
touch "$mnt/snapshots/s0"
# ask REQUEST - and print what is answered.
ask()
{
	echo "$1" | socat -t 5 - UNIX-CONNECT:mnt/.snaprig/control
}
for number in -1 -9223372036854775808 9223372036854775808 1e18 1e400 1.5 true '"1"' '[]'; do
	for request in '"events"' '"snapshot.changed","name":"s0"'; do
		same false "$(ask "{\"id\":1,\"command\":$request,\"from\":$number}" | jq .ok)" \
			"$request from $number"
	done
done
most=9223372036854775807
same "[]" "$(ask "{\"id\":1,\"command\":\"snapshot.changed\",\"name\":\"s0\",\"from\":$most}" |
	jq -c .result.extents)" "extents at the edge"
same $most "$(ask "{\"id\":$most,\"command\":\"ping\"}" | sed 's/.*"id":\([0-9]*\).*/\1/')" id

for rule in "offset=9223372036854775808.." "offset=..18446744073709551616" "short=16EiB" \
	"times=9223372036854775808" "misdirect=99999999999999999999" "delay=9223372036854775807h" \
	"chance=101%" "flip=-1"; do
	refused 2 "${rule%%=*}" rig fault add "$mnt" "live.write error=EIO $rule"
done
rig fault add "$mnt" "live.write misdirect=$most times=1" >/dev/null
rig fault add "$mnt" "live.write error=EIO offset=$most.." >/dev/null
rig fault add "$mnt" "snapshot.read delay=9223372036854775807ns after=$most" >/dev/null
# Where it goes to is nowhere.
dd if=/dev/zero of="$mnt/live" bs=4k count=1 conv=notrunc 2>/dev/null || :
dd if=/dev/zero of="$mnt/live" bs=4k count=1 conv=notrunc status=none
digest "$mnt/snapshots/s0" >/dev/null || fail "a rule that is far from due has struck"
for size in 0 1 512 $most 9223372036854775296; do
	! truncate -s "$size" "$mnt/live" 2>/dev/null || fail "live has size $size"
done
same 1048576 "$(stat -c %s "$mnt/live")" "size of live"

# Not UTF-8: it is the argument that is wrong, and not a missing one.
odd=$(printf 's\377')
for command in "snapshot create $mnt $odd" "snapshot delete $mnt $odd" "fault add $mnt $odd" \
	"gauge set $mnt $odd 1" "writers add $mnt $odd" "snapshot create $mnt s1 --limit $odd" \
	"snapshot clone $mnt s0 $odd" "gauge set $mnt memory.used 50% --real --size $odd"; do
	# shellcheck disable=SC2086 # words
	refused 2 "an argument is no UTF-8" rig $command
done
same s0 "$(names_of "$mnt/snapshots")" snapshots
umount_volume
