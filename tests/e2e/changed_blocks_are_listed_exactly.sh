#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `snaprig snapshot changed` lists the blocks that were written since, also after
# a kill and over more answers than one; a failed snapshot is refused.
. "${0%/*}/../lib/e2e.sh"

requires jq fio
mount_volume 64MiB --profile plain
rig snapshot create "$mnt" s0
same "" "$(rig snapshot changed "$mnt" s0)" "nothing was written"

write_at 5000 1 "$mnt/live"
write_at 1048576 12288 "$mnt/live"
write_at 67104768 4096 "$mnt/live"
printf '4096 4096\n1048576 12288\n67104768 4096\n' >expected
rig snapshot changed "$mnt" s0 >found
cmp expected found || fail "changed blocks: $(cat found)"
same 5 "$(status '.snapshots[0].changed_blocks')" "changed blocks in status"
same '[[4096,4096],[1048576,12288],[67104768,4096]]' \
	"$(rig snapshot changed "$mnt" s0 --json | jq -c .extents)" "extents as JSON"

# A bit for each block.
rig snapshot changed "$mnt" s0 --bitmap bitmap
same 2048 "$(stat -c %s bitmap)" "bytes of the bitmap"
same "02 00" "$(od -An -tx1 -N2 bitmap | sed 's/^ //')" "its first blocks"
same "07" "$(od -An -tx1 -j32 -N1 bitmap | sed 's/^ //')" "those at 1 MiB"
same "80" "$(od -An -tx1 -j2047 -N1 bitmap | sed 's/^ //')" "its last block"

# More ranges than one answer holds, and after a kill.
i=0
while [ "$i" -lt 1500 ]; do
	printf '%s\n' "$((2097152 + i * 8192)) 4096"
	i=$((i + 1))
done >many
fio --name=many --filename="$mnt/live" --rw=write:4k --bs=4k --offset=2m --size=12000k \
	--io_size=6000k --direct=1 --minimal >/dev/null || fail "fio"
kill_rig
rig mount "$image" "$mnt" --profile plain
rig snapshot changed "$mnt" s0 | awk '$1 >= 2097152 && $1 < 20000000' >found
cmp many found || fail "changed blocks after a kill: $(head -n 3 found), $(wc -l <found) lines"

refused 2 "no snapshot 's9'" rig snapshot changed "$mnt" s9
rig snapshot create "$mnt" s1 --limit 8KiB
write_at 0 65536 "$mnt/live"
refused 4 "snapshot 's1' failed with ENOSPC" rig snapshot changed "$mnt" s1
refused 2 "cannot list changes until 's0': this needs a chain" \
	rig snapshot changed "$mnt" s0 --until s0
rig umount "$mnt"

# Of a chain: until another snapshot, too.
rm -rf "$image" "$image.snaprig"
mount_volume 64MiB --profile xen
rig snapshot create "$mnt" s0
write_at 4096 8192 "$mnt/live"
rig snapshot create "$mnt" s1
write_at 1048576 4096 "$mnt/live"
same "4096 8192" "$(rig snapshot changed "$mnt" s0 --until s1)" "between two of a chain"
same 2 "$(rig snapshot changed "$mnt" s0 | wc -l)" "ranges until now"
same "" "$(rig snapshot changed "$mnt" s1 --until s1)" "between one and itself"
refused 2 "no snapshot 's9'" rig snapshot changed "$mnt" s0 --until s9
