#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# -o uid=, gid=, mode= and umask= say whose the mounted files are, and the kernel
# keeps to it.
. "${0%/*}/../lib/e2e.sh"

requires_root
requires runuser

# modes - of a folder, live, a snapshot and a text.
modes()
{
	stat -c %U:%G:%a "$mnt" "$mnt/live" "$mnt/snapshots/s" "$mnt/.snaprig/status.json" |
		paste -sd' ' -
}

# mounted OPTIONS MODES [PROFILE]
mounted()
{
	rig mount "$image" "$mnt" -o "$1" --profile "${3:-plain}"
	[ -e "$mnt/snapshots/s" ] || touch "$mnt/snapshots/s"
	same "$2" "$(modes)" "owners and modes with '$1'"
}

mount_volume 1MiB
write_at 0 4096 "$mnt/live"
umount_volume
chmod 755 "$work" # nobody must get as far as the mount

mounted noatime "root:root:755 root:root:600 root:root:400 root:root:444"
umount_volume
mounted umask=027 "root:root:750 root:root:640 root:root:440 root:root:440"
umount_volume
mounted mode=664,gid=65534 \
	"root:nogroup:755 root:nogroup:664 root:nogroup:444 root:nogroup:444"
umount_volume
mounted allow_other,uid=65534,gid=65534,mode=0640 \
	"nobody:nogroup:755 nobody:nogroup:640 nobody:nogroup:440 nobody:nogroup:444"
same "$(digest "$mnt/live")" \
	"$(runuser -u nobody -- sha256sum "$mnt/snapshots/s" | cut -d' ' -f1)" "its owner's copy"
runuser -u nobody -- touch "$mnt/snapshots/t" || fail "its owner cannot take a snapshot"
refused 1 "File exists|denied" runuser -u nobody -- touch "$mnt/snapshots/t"
runuser -u nobody -- rm -f "$mnt/snapshots/t" || fail "its owner cannot delete one"
umount_volume

# Others read only what they may.
mounted allow_other "root:root:755 root:root:600 root:root:400 root:root:444"
refused 1 "denied" runuser -u nobody -- head -c 1 "$mnt/snapshots/s"
refused 1 "denied" runuser -u nobody -- touch "$mnt/snapshots/t"
umount_volume
mounted allow_other,umask=022 "root:root:755 root:root:644 root:root:444 root:root:444"
runuser -u nobody -- head -c 1 "$mnt/snapshots/s" >/dev/null || fail "others cannot read"
refused 1 "denied" runuser -u nobody -- dd if=/dev/zero of="$mnt/live" count=1 conv=notrunc
umount_volume

for wrong in uid=root uid=-1 uid=4294967295 gid= mode=888 mode=1777 umask=abc; do
	refused 2 "'$wrong'.*try" rig mount "$image" "$mnt" -o "noatime,$wrong"
done
