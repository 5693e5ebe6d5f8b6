#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Signals do not repeat an ioctl, a crowd of callers is answered, and who is killed in a call
# leaves the others alone.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/lvm_world.sh"
requires jq pkill

make_image
calls=$E2E_TOOLS/dm_calls
for way in restarting interrupted; do
	same "20 created, 20 removed, 0 failed" "$(world -- "$calls" $way 20)" "signals: $way"
	asked=$(jq -s --arg way $way '[.[] | select(.argv[1] == $way) | .ioctls] | add' \
		"$image.snaprig/lvm/commands.jsonl")
	same 40 "$asked" "ioctls that were done"
done
same "300 answered" "$(world -- "$calls" crowd 300)" "a crowd"

# Who has more calls under way than there may be is refused, and others with it; not for longer
# than that.
cat >bomb.sh <<'END'
set -eu
dmsetup create d --table '0 8 zero'
"$1" bomb 600 d &
bomb=$!
while dmsetup ls >/dev/null 2>&1; do
	sleep 0.1
done
echo refused
kill -9 $bomb
until dmsetup remove d 2>/dev/null; do
	sleep 0.1
done
dmsetup ls
END
same "refused
vg0-live" "$(world -- sh bomb.sh "$calls" 2>&1 | cut -f1)" "a bomb"

# Two worlds at once, each with its own devices of the same names.
image=$work/other.img
rig create "$image" --size 16MiB
world -- "$calls" restarting 20 >other 2>&1 &
other=$!
image=$work/volume.img
same "20 created, 20 removed, 0 failed" "$(world -- "$calls" restarting 20)" "one of two worlds"
wait $other || fail "the other of two worlds: $(cat other)"
same "20 created, 20 removed, 0 failed" "$(cat other)" "the other of two worlds"

# Who waits for an event is killed, or interrupted as dmeventd interrupts its threads; who
# waits for a device that is suspended is killed, too.
{
	echo ". '$e2e_root/tests/lib/e2e_world.sh'"
	cat <<'END'
set -eu
calls=$1
dmsetup create d --table '0 8 zero'
"$calls" wait d >waited &
waiter=$!
sleeps $waiter dm_calls
kill -9 $waiter
wait $waiter 2>/dev/null || :
"$calls" wait-ticking d
dmsetup suspend d
dd if=/dev/mapper/d of=/dev/null bs=512 count=1 iflag=direct 2>/dev/null &
reader=$!
sleep 0.3
kill -0 $reader
dmsetup resume d
wait $reader
"$calls" wait d >waited &
sleeps $! dm_calls
dmsetup remove d
wait
cat waited
END
} >inside.sh
same "wait: Interrupted system call
wait: success" "$(world -- sh inside.sh "$calls" 2>&1)" "who waits for an event"
nothing_is_left
