#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a file on ext4 can be asked, the live view answers as that does, but for what
# snaprig(1) lists; and statfs() tells of the disk below.
. "${0%/*}/../lib/e2e.sh"

mount_volume 1049088
cd "$mnt"
"$E2E_TOOLS/answers" live >"$work/answers"
cd "$work"

# One that is not `ok` is in the manual.
cat >expected <<'END'
fallocate: EOPNOTSUPP
fallocate keep-size: EOPNOTSUPP
fallocate collapse: EOPNOTSUPP
fallocate zero: ok
fallocate punch: ok
posix_fallocate: ok
flock: ok
posix lock: ok
ofd lock: ok
setxattr: EOPNOTSUPP
getxattr: EOPNOTSUPP
chmod: EPERM
chown: EPERM
link: EPERM
rename: EPERM
write behind the end: ENOSPC
read behind the end: ok
truncate to less: EINVAL
copy_file_range: ok
clone: EOPNOTSUPP
fiemap: EOPNOTSUPP
read nowait: EOPNOTSUPP
fsync: ok
fdatasync: ok
sync_file_range: ok
fadvise: ok
seek data: ok
seek hole: ok
seek data behind the end: ENXIO
statvfs: ok
room: ok
END
diff expected answers || fail "the live view answers differently"
for what in "mkdir $mnt/folder" "ln -s x $mnt/link" "rmdir $mnt/snapshots" \
	"mv $mnt/live $mnt/other" "ln $mnt/live $mnt/other" "mkdir $mnt/snapshots/folder"; do
	# shellcheck disable=SC2086 # words
	refused 1 "not permitted" $what
done

# df tells what is free below, and what the image and the stores occupy.
write_at 0 524288 "$mnt/live"
touch "$mnt/snapshots/s"
below=$(($(stat -f -c '%a * %S' "$work")))
free=$(($(stat -f -c '%a * %S' "$mnt")))
[ "$free" -gt $((below / 2)) ] || fail "free: $free, and below it $below"
occupied=$(($(stat -f -c '(%b - %f) * %S' "$mnt")))
[ "$occupied" -ge 524288 ] || fail "occupied: $occupied"
same 64 "$(stat -f -c %l "$mnt")" "longest name"

# st_blocks is what is no hole: of what was never written, next to nothing.
umount_volume
rm -rf "$image" "$image.snaprig"
mount_volume 16MiB
[ "$(stat -c %b "$mnt/live")" -lt 64 ] || fail "a volume of holes occupies blocks"
write_at 4096 1048576 "$mnt/live"
blocks=$(stat -c %b "$mnt/live")
if [ "$blocks" -lt 2048 ] || [ "$blocks" -ge 4096 ]; then
	fail "1 MiB occupies $blocks blocks"
fi
touch "$mnt/snapshots/s"
blocks=$(stat -c %b "$mnt/snapshots/s")
if [ "$blocks" -lt 2048 ] || [ "$blocks" -ge 4096 ]; then
	fail "a snapshot of it: $blocks blocks"
fi

# A text is as long as it says, for whoever copies by size.
for text in status.json events.jsonl; do
	size=$(stat -c %s "$mnt/.snaprig/$text")
	[ "$size" -gt 0 ] || fail "$text has no size"
done
perl -e 'open(F, "<", shift) or die; read(F, $text, -s F); exit($text !~ /\}\n\z/)' \
	"$mnt/.snaprig/status.json" || fail "the status is longer than it says"
