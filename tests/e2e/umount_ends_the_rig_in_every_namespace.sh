#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A mount namespace that was made while the volume was mounted keeps a copy of the
# mount.  The rig ends all the same, by whichever way it is unmounted where it was
# mounted; what is left elsewhere is dead, and `umount` says whose it was.
. "${0%/*}/../lib/e2e.sh"

requires_root
requires unshare mountpoint
(in_a_namespace true) || skip "no mount namespace can be made"
mount_volume 4MiB
touch "$mnt/snapshots/s0"
content=$(digest "$mnt/live")
umount_volume

# copy COMMAND... - in a namespace of its own; its process in $copy.
copy()
{
	in_a_namespace sh -c "$1" &
	copy=$!
	wait_until 10 has_copy || fail "no copy of the mount"
}

has_copy()
{
	grep -qsF " $mnt " "/proc/$copy/mountinfo" && in_another_namespace &&
		[ "$(cat "/proc/$copy/comm")" = sleep ]
}

in_another_namespace()
{
	[ "$(readlink "/proc/$copy/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ]
}

# ends WAY - the rig has ended, its image is free, and the copy is dead.
ends()
{
	wait_until 10 is_dead "$pid" || fail "$1: process $pid lives on"
	! is_mounted "$mnt" || fail "$1: still mounted"
	! stat "/proc/$copy/root$mnt/live" 2>said || fail "$1: the copy is alive"
	grep -qE "not connected|abort" said || fail "$1: the copy says $(cat said)"
	kill "$copy" 2>/dev/null || :
	wait "$copy" || :
	rig mount "$image" "$mnt"
	same "$content" "$(digest "$mnt/live")" "$1: content"
	rig umount "$mnt"
}

by_command()
{
	timeout 30 "$SNAPRIG" umount "$mnt" 2>said || fail "umount: $? $(cat said)"
	is_dead "$pid" || fail "umount said 0, and the rig runs"
	grep -q "namespace of .*(pid $copy)" said || fail "does not name pid $copy: $(cat said)"
}

by_umount()
{
	umount "$mnt"
}

by_fusermount()
{
	fusermount3 -u "$mnt"
}

by_signal()
{
	kill -TERM "$pid"
}

for way in by_command by_umount by_fusermount by_signal; do
	rig mount "$image" "$mnt"
	pid=$(rig_pid)
	copy 'exec sleep 60'
	"$way"
	ends "$way"
done

# Somebody there has a file open: that counts for umount(8), as with any file system,
# and not for the rig's own `umount`.
rig mount "$image" "$mnt"
pid=$(rig_pid)
copy "exec sleep 60 <$mnt/live"
by_command
ends "by_command with an open file"
rig mount "$image" "$mnt"
pid=$(rig_pid)
copy "exec sleep 60 <$mnt/live"
umount "$mnt"
! wait_until 1 is_dead "$pid" || fail "the rig has left who had a file open"
kill "$copy"
wait "$copy" || :
wait_until 10 is_dead "$pid" || fail "the rig lives on after the last file was closed"

# On another name in the same namespace it goes on, and `umount` says where.
mkdir bound
rig mount "$image" "$mnt"
mount --bind "$mnt" bound
pid=$(rig_pid)
refused 4 "also mounted on '$work/bound'" timeout 30 "$SNAPRIG" umount "$mnt"
same "$content" "$(digest bound/live)" "content on the other name"
umount bound
wait_until 10 is_dead "$pid" || fail "the rig lives on without any mount"

# One that was there before, and follows this one, may hold it: then it says who.
mkdir shared
mount -t tmpfs none shared
mount --make-shared shared
mkdir shared/mnt
# shellcheck disable=SC2016 # for the other shell
unshare --mount --propagation unchanged sh -c 'mount --make-slave "${1%/*}"
	until grep -qsF "$1 " /proc/self/mounts; do sleep 0.1; done; exec sleep 60 <"$1/live"' \
	sh "$work/shared/mnt" &
copy=$!
rig mount "$image" shared/mnt
is_reading()
{
	[ "$(cat "/proc/$copy/comm")" = sleep ] || return 1
	# From a chroot the name is that of the world around it.
	case $(readlink "/proc/$copy/fd/0") in
	*"$work/shared/mnt/live") ;;
	*) return 1 ;;
	esac
}
wait_until 10 is_reading || fail "nobody follows"
refused 4 "in use by .*pid $copy" rig umount shared/mnt
kill "$copy"
wait "$copy" || :
rig umount shared/mnt

# Where the unmount is followed nothing is left, and there is nothing to say.
# shellcheck disable=SC2016 # for the other shell
unshare --mount --propagation unchanged sh -c \
	'mount --make-slave "$1" && exec sleep 60' sh "$work/shared" &
copy=$!
wait_until 10 in_another_namespace || fail "no namespace"
rig mount "$image" shared/mnt
rig umount shared/mnt 2>said
same "" "$(cat said)" "what umount says of those who follow it"
kill "$copy"
wait "$copy" || :
umount shared

# Many mounts come and go meanwhile; the rig is not taken in.
rig mount "$image" "$mnt"
mkdir -p many
for round in $(seq 60); do
	mount -t tmpfs "round-$round" many
	umount many
done
same "$content" "$(digest "$mnt/live")" "content after many mounts"
umount_volume
