#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A flipped bit in the data of a store too large to be checked at every mount:
# --verify finds it, names the file and the place, and the snapshot has failed.
. "${0%/*}/../lib/e2e.sh"

mount_volume 256MiB
touch "$mnt/snapshots/s0"
write_at 0 90000000 "$mnt/live" 1
live=$(digest "$mnt/live")
rig umount "$mnt"
rig mount "$image" "$mnt" --verify
same active "$(status '.snapshots[0].state')" "state of a whole one"
rig umount "$mnt"
# Behind the first segment's header there are zeros, as the image had.
printf '\001' | dd of="$image.snaprig/s0.store" bs=1 seek=50000000 conv=notrunc status=none
rig mount "$image" "$mnt" --verify 2>said
cat said
grep -q "snapshot 's0' is lost: 's0.store' at offset [0-9]*: " said || fail "it is not said"
same failed "$(status '.snapshots[0].state')" "state of a damaged one"
same EUCLEAN "$(status '.snapshots[0].error')" "error of a damaged one"
cat "$mnt/snapshots/s0" >/dev/null 2>&1 && fail "a damaged snapshot can be read"
same "$live" "$(digest "$mnt/live")" "live view"
umount_volume

# A mount that does not look at the data must not believe it again: what was
# written meanwhile is preserved nowhere.
rig mount "$image" "$mnt"
same EUCLEAN "$(status '.snapshots[0].error')" "error of a damaged one in the next mount"
umount_volume
