#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# runs-as: user
#
# A device number is free as soon as its mount has gone, and the next mount gets it:
# while the rig of the first takes its time to end, that of the second is not taken for
# it, and `umount` waits for the end.
. "${0%/*}/../lib/e2e.sh"

requires_user_mount
mount_volume 4MiB
rig create later.img --size 1MiB
mkdir bin later

# device_of MNT - as the kernel numbers it.
device_of()
{
	awk -v point="$1" '$5 == point { print $3 }' /proc/self/mountinfo
}

is_stopped()
{
	grep -qs '^State:[[:space:]]*T' "/proc/$1/status"
}

# In the midst of the unmount: the rig stands still, and others mount.
cat >bin/fusermount3 <<'END'
#!/bin/sh
PATH=${PATH#*:}
[ "$1" = -u ] || exec fusermount3 "$@"
kill -STOP "$PID"
fusermount3 "$@" || exit
for number in 1 2 3 4 5 6 7 8; do
	mkdir -p "$WORK/later/$number"
	cp --sparse=always "$WORK/later.img" "$WORK/later/$number.img"
	"$SNAPRIG" mount "$WORK/later/$number.img" "$WORK/later/$number" || exit
	if grep -q " $DEVICE / $WORK/later/$number " /proc/self/mountinfo; then
		touch "$WORK/reused"
		exit 0
	fi
done
END
chmod +x bin/fusermount3

# Somebody else on this machine may be quicker to take the number.
rounds=3
while [ $rounds -gt 0 ] && [ ! -e reused ]; do
	rounds=$((rounds - 1))
	pid=$(rig_pid)
	# It answers nobody for longer than `umount` waits before it looks why.
	(
		wait_until 60 is_stopped "$pid" && sleep 5
		kill -CONT "$pid"
	) &
	(
		PID=$pid DEVICE=$(device_of "$mnt") WORK=$work PATH=$work/bin:$PATH
		export PID DEVICE WORK SNAPRIG PATH
		SNAPRIG_TIMEOUT=1s timeout 90 "$SNAPRIG" umount "$mnt" >said 2>&1
	) || fail "umount: $? $(cat said)"
	is_dead "$pid" || fail "umount said 0, and the rig runs"
	! grep -E "also|goes on|namespace" said || fail "takes another's mount for its own"
	wait
	for number in later/[1-8]; do
		! is_mounted "$work/$number" || rig umount "$number"
	done
	rm -rf later/*
	rig mount "$image" "$mnt"
done
umount_volume
[ -e reused ] || skip "the kernel gave the number to somebody else"
