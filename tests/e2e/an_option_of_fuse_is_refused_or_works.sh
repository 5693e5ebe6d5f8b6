#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each option of -o takes effect, or `mount` refuses it: a volume that does not
# answer is never a success.
. "${0%/*}/../lib/e2e.sh"

requires jq
mount_volume 4MiB
write_at 0 4194304 "$mnt/live"
umount_volume
content=$(digest "$image")

# flags - of the mount, as the kernel has them.
flags()
{
	awk -v point="$mnt" '$5 == point { print $6 "," $NF }' /proc/self/mountinfo
}

# works OPTION [FLAG] - the volume answers, and the kernel has FLAG.
works()
{
	timeout 20 "$SNAPRIG" mount "$image" "$mnt" -o "$1" || fail "'$1' is refused"
	same "$content" "$(timeout 20 sha256sum "$mnt/live" | cut -d' ' -f1)" "content with '$1'"
	same active "$(rig snapshot create "$mnt" s --json | jq -r .state)" "snapshot with '$1'"
	rig snapshot delete "$mnt" s
	[ -z "${2:-}" ] || flags | grep -qE "(^|,)$2(,|\$)" || fail "no $2 with '$1': $(flags)"
	umount_volume
}

works ro ro
works rw rw
works noexec,nosuid,nodev noexec
works noatime noatime
works dirsync dirsync
works default_permissions default_permissions
for bytes in 4096 65536 131072 1048576; do
	works "max_read=$bytes" "max_read=$bytes"
done
for option in max_read=0 max_read=4095 max_read=9999999 max_read=x bogus "" "ro," sync \
	fsname=x subtype=x blksize=512 blkdev fd=0 user_id=0 max_write=4096 clone_fd \
	auto_unmount; do
	refused 2 "of -o" timeout 20 "$SNAPRIG" mount "$image" "$mnt" -o "$option"
	! is_mounted "$mnt" || fail "mounted with '$option'"
done

rig mount "$image" "$mnt" -o ro
! dd if=/dev/zero of="$mnt/live" bs=4k count=1 conv=notrunc 2>/dev/null || fail "written with ro"
! touch "$mnt/snapshots/s" 2>/dev/null || fail "taken with ro"
umount_volume

[ "$(id -u)" = 0 ] || exit 0
works allow_other allow_other
works suid,dev,exec
works debug
