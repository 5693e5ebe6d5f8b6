#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What has started a rig gets everything back: a lock that it holds, the ends of
# its pipes, its folder.  And a starter who has closed his own descriptors does no
# harm: no message gets into the image.
. "${0%/*}/../lib/e2e.sh"

not_under_valgrind "has descriptors of its own"
requires flock
image=$work/volume.img
mnt=$work/mnt
mkdir "$mnt" cwd
rig create "$image" --size 4MiB

flock lock "$SNAPRIG" mount "$image" "$mnt"
flock -n lock true || fail "the rig holds its starter's lock"
umount_volume

# A pipe on any descriptor ends with who wrote into it.
# shellcheck disable=SC2016 # for the other shell
said=$(timeout 20 sh -c 'exec 7>&1; "$1" mount "$2" "$3" 7>&7 2>&1; echo "exit $?"' sh \
	"$SNAPRIG" "$image" "$mnt") || fail "a pipe does not end"
same "exit 0" "$said" "mount in a pipe"
pid=$(rig_pid)
for fd in "/proc/$pid/fd/"*; do
	case $(readlink "$fd") in
	*/volume.img | */volume.img.snaprig | */volume.img.snaprig/* | /dev/null | /dev/fuse) ;;
	socket:* | anon_inode:* | /proc/* | /) ;;
	*) fail "descriptor ${fd##*/} is $(readlink "$fd")" ;;
	esac
done
same / "$(readlink "/proc/$pid/cwd")" "the rig's folder"
umount_volume

(cd "$work/cwd" && "$SNAPRIG" mount ../volume.img ../mnt)
rmdir cwd
umount_volume

# Whichever are closed, the messages go elsewhere.
before=$(digest "$image")
for closed in '2>&-' '>&- 2>&-' '<&- >&- 2>&-' '<&-'; do
	eval '"$SNAPRIG" mount "$image" "$mnt" '"$closed" || fail "mount with $closed"
	! truncate -s 1 "$mnt/live" 2>/dev/null || fail "a volume was made shorter"
	umount_volume
	same "$before" "$(digest "$image")" "image after $closed"
done

# What the rig starts has nothing of either.
cat >hook <<END
#!/bin/sh
for fd in /proc/self/fd/*; do
	echo "\${fd##*/}" >>"$work/hook.fds"
done
END
chmod 755 hook
exec 7>held
rig mount "$image" "$mnt" --writer "hook path=$work/hook name=hook"
touch "$mnt/snapshots/s0"
# The shell has one more while it looks, and maybe its script.
same "" "$(sort -un hook.fds | awk '$1 > 2 && $1 != 3 && $1 != 10 && $1 != 255')" \
	"descriptors of a hook"
exec 7>&-
umount_volume
