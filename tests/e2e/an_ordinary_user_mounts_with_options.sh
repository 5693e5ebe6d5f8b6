#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# runs-as: user
#
# Through fusermount3, too, an option of -o works or is refused, and what
# fusermount3 has to say is not lost.
. "${0%/*}/../lib/e2e.sh"

requires_user_mount
mount_volume 4MiB
write_at 0 1048576 "$mnt/live"
umount_volume
content=$(digest "$image")

for option in ro max_read=131072 noexec,noatime; do
	timeout 20 "$SNAPRIG" mount "$image" "$mnt" -o "$option" || fail "'$option' is refused"
	same "$content" "$(timeout 20 sha256sum "$mnt/live" | cut -d' ' -f1)" "content with $option"
	umount_volume
done
grep -qs '^user_allow_other' /etc/fuse.conf ||
	refused 4 "user_allow_other" rig mount "$image" "$mnt" -o allow_other
! is_mounted "$mnt" || fail "mounted although that was refused"

# The kernel says why a mount point will not do.
mkdir -m 555 closed
refused 4 "closed" rig mount "$image" closed
