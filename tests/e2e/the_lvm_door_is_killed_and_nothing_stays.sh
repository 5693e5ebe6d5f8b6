#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The supervisor, the shell, or all of a world is killed: what lives on gets errors, nothing of
# the machine hangs, and the next world finds what was there.
# shellcheck disable=SC2016 # for another shell
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/lvm_world.sh"
requires pgrep timeout

make_image
mkdir mnt
rig mount "$image" mnt --profile lvm
mnt=$work/mnt

# begin SCRIPT - a world with SCRIPT, which makes the file inside: $keeper and $supervisor.
begin()
{
	rm -f inside
	"$SNAPRIG" lvm mnt -- sh -c "$1" >said 2>&1 &
	keeper=$!
	wait_until 20 test -e inside || fail "the world does not begin: $(cat said)"
	# By its name: numbers of processes begin anew, so the shell's may be the smaller one.
	supervisor=$(pgrep -P "$keeper" -x snaprig)
}

# ended - the world ends, with $status, and nothing of it is in the way.
ended()
{
	wait_until 30 is_dead "$keeper" || fail "it does not end: $(pgrep -a snaprig)"
	status=0
	wait "$keeper" || status=$?
	timeout 20 losetup -a >/dev/null || fail "losetup hangs"
	wait_until 120 no_loop_is_left || fail "loop devices are left"
}

# The supervisor; somebody waits for it, somebody reads, somebody comes later.
begin 'lvcreate -qq -s -L 8M -n b1 vg0/live
	dmsetup create d --table "0 8 zero"
	"$E2E_TOOLS/dm_calls" wait d & exec 5</dev/vg0/live
	touch inside; while [ ! -e go ]; do sleep 0.05; done
	wait; dd bs=4k count=1 iflag=direct <&5 >/dev/null || echo "read failed"
	dmsetup ls || echo "dmsetup failed"; : <>/dev/null && echo "files are opened"; exit 9'
kill -9 "$supervisor"
timeout 20 losetup -a >/dev/null || fail "losetup hangs beside a dead supervisor"
touch go
ended
rm go
same 9 $status "exit code of what outlives the supervisor"
for text in 'wait: Input/output error' 'read failed' 'dmsetup failed' 'files are opened' \
	"the world's supervisor was ended by signal 9"; do
	grep -qF -e "$text" said || fail "not said: $text: $(cat said)"
done
rig lvm mnt -- lvs --noheadings -o lv_name | grep -qw b1 || fail "the snapshot is gone"

# The shell; what it has left in the world ends before the world does.
begin 'sleep 1 & touch inside; sleep 2; exit 1'
kill -9 "$(pgrep -P "$keeper" -x sh)"
ended
same 137 $status "exit code of a shell that was killed"

# Who keeps it is asked to end.
begin 'trap "" TERM; touch inside; sleep 1000 & sleep 1000; sleep 1000'
kill "$keeper"
ended
[ "$status" -ge 128 ] || fail "exit code $status of a world that was told to end"

# All at once.
begin 'mount -t tmpfs none /mnt; dmsetup create d --table "0 8 zero"; dmsetup suspend d
	touch inside; exec sleep 1000'
shell=$(pgrep -P "$keeper" -x sleep)
disks=$(pgrep -P "$supervisor" | paste -sd' ')
# Some of them end by the end of another.
# shellcheck disable=SC2086 # a list
kill -9 "$supervisor" "$keeper" "$shell" $disks || :
ended
rig lvm mnt -- dmsetup ls | grep -q vg0-live || fail "no world after one that was killed"

# A disk process that dies takes the devices with it, not the machine.
begin 'exec 5</dev/vg0/live; touch inside; while [ ! -e go ]; do sleep 0.05; done
	dd bs=4k count=1 iflag=direct <&5 >/dev/null || echo "read failed"; exit 3'
kill -9 "$(pgrep -P "$supervisor" -x snaprig-disks)"
wait_until 20 grep -q "the world's disks have ended" "$image.snaprig/lvm/world.log" ||
	fail "nobody has noticed that the disks are dead"
touch go
ended
rm go
grep -q "the world's disks ended before it did" said || fail "nobody was told of dead disks"
same 3 $status "exit code beside dead disks"
grep -q 'read failed' said || fail "a read of a dead disk: $(cat said)"
rig lvm mnt -- lvremove -qq -f vg0/b1
umount_volume

# All at once, with the rig of an image that nobody else has mounted.
rm -f inside
"$SNAPRIG" lvm "$image" -- sh -c 'touch inside; while :; do sleep 0.1; done' "$work/" >said 2>&1 &
keeper=$!
wait_until 20 test -e inside || fail "the world does not begin: $(cat said)"
# shellcheck disable=SC2046 # a list, with the grep that has gone
kill -9 $(grep -lsaF -e "$work/" /proc/[0-9]*/cmdline | tr -dc '0-9\n') 2>/dev/null || :
ended
! mounts_below "${TMPDIR:-/tmp}" | grep 'snaprig-[^/]*/mnt$' || fail "a dead mount is left"
rig lvm "$image" -- lvs --noheadings -o lv_name | grep -qw live || fail "no world of the image"
nothing_is_left
