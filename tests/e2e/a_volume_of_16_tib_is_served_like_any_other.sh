#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A volume of 16 TiB, less a block: the largest file of ext4.  Written to at both ends and in
# the middle under a snapshot, it reads as it was and as it is, has its holes, outlives a mount,
# and takes no more memory and room than a small one.
. "${0%/*}/../lib/e2e.sh"

requires jq python3 qemu-img
image=$work/large.img mnt=$work/mnt
mkdir "$mnt"
bytes=$((17592186044416 - 4096))
truncate -s "$bytes" "$image" 2>/dev/null || skip "the file system has no files of 16 TiB"
middle=$((bytes / 2 / 4096 * 4096))
last=$((bytes - 4096))

# reads FILE - whether each of the three blocks is zeros, and where FILE has data.
reads()
{
	python3 -c 'import os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
end, places = os.fstat(fd).st_size, [int(word) for word in sys.argv[2:]]
zeros = ["zeros" if os.pread(fd, 4096, at) == bytes(4096) else "data" for at in places]
data, at = [], 0
while at < end and len(data) < 9:
    try:
        first = os.lseek(fd, at, os.SEEK_DATA)
    except OSError:
        break
    at = os.lseek(fd, first, os.SEEK_HOLE)
    data.append("%d+%d" % (first, at - first))
print(end, *zeros, *data)' "$1" 0 "$middle" "$last"
}

resident_kib()
{
	awk '/^VmRSS/ { print $2 }' "/proc/$(rig_pid)/status"
}

check()
{
	where="0+4096 $middle+4096 $last+4096"
	same "$bytes data data data $where" "$(reads "$mnt/live")" "the live view $1"
	same "$bytes zeros zeros zeros $where" "$(reads "$mnt/snapshots/s")" "the snapshot $1"
	[ "$(resident_kib)" -lt 65536 ] || fail "$(resident_kib) KiB of memory $1"
}

rig mount "$image" "$mnt" --profile plain
: >"$mnt/snapshots/s"
for at in 0 "$middle" "$last"; do
	write_at "$at" 4096 "$mnt/live"
done
check "after the writes"
same "$bytes" "$(qemu-img info --output=json "$mnt/snapshots/s" | jq '."virtual-size"')" \
	"the size for qemu-img"
rig umount "$mnt"
rig mount "$image" "$mnt" --profile plain
check "after a mount"
rig umount "$mnt"
"$SNAPRIG" verify "$image" | grep -qF '1 store with 3 blocks checked, 0 findings' ||
	fail "verify: $("$SNAPRIG" verify "$image" 2>&1)"
room=$(du -sk "$image" "$image.snaprig" | awk '{ sum += $1 } END { print sum }')
[ "$room" -lt 4096 ] || fail "$room KiB on the disk"
