#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A world is joined while it runs, there are several at once, and none inside another.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/lvm_world.sh"
requires lvs

make_image
mkdir mnt
rig mount "$image" mnt --profile lvm
mnt=$work/mnt
"$SNAPRIG" lvm mnt -- sh -c 'dmsetup create mine --table "0 8 zero"; touch inside
	while [ ! -e go ]; do sleep 0.05; done; dmsetup ls; exit 5' >said 2>&1 &
first=$!
wait_until 20 test -e inside || fail "the world does not begin: $(cat said)"

# Another one of this volume is refused, and the one that runs is joined.
refused 2 "a world of this volume runs already" rig lvm mnt -- true
rig lvm mnt --enter -- dmsetup ls | grep -q '^mine' || fail "the world that was joined is another"
rig lvm mnt --enter -- dmsetup create theirs --table '0 8 error'
status=0
rig lvm mnt --enter -- sh -c 'exit 6' || status=$?
same 6 $status "exit code of who joins"

# One of another volume shares nothing with it.
rig create other.img --size 16MiB
rig lvm other.img -- dmsetup ls >other
same vg0-live "$(cut -f1 other)" "devices of another world"

# A world inside a world.
rig lvm other.img -- "$SNAPRIG" lvm third.img -- true 2>nested && fail "a world inside a world"
rig create third.img --size 16MiB
refused '2|77' 'inside another one' rig lvm other.img -- "$SNAPRIG" lvm "$work/third.img" -- true

# It lives until the last who joined has gone.
"$SNAPRIG" lvm mnt --enter -- sh -c 'touch joined
	while [ ! -e leave ]; do sleep 0.05; done; dmsetup ls' \
	>later 2>&1 &
second=$!
wait_until 20 test -e joined || fail "it cannot be joined: $(cat later)"
touch go
sleep 0.5
! is_dead "$first" || fail "the world has ended while somebody was in it"
touch leave
wait "$second" || fail "who joined: $(cat later)"
grep -q '^theirs' later || fail "devices after the first has left: $(cat later)"
status=0
wait "$first" || status=$?
same 5 $status "exit code of the first"
grep -q '^theirs' said || fail "devices of the first: $(cat said)"
umount_volume
nothing_is_left
