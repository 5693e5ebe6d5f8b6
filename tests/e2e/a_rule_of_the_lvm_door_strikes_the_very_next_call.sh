#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A rule of dm.ioctl has effect on the first call after it was added, and none on the first after it
# was removed, however often they come and go.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/lvm_world.sh"
requires jq

unset SNAPRIG_LVM_INTERCEPT
cat >inside.sh <<'END'
set -eu
rounds=$1
fault()
{
	"$SNAPRIG" fault "$1" "$SNAPRIG_MNT" "$2" >/dev/null
}
is_busy()
{
	if dmsetup ls >said 2>&1; then
		echo "round $round: $1, and 'dmsetup ls' was not struck"
		exit 1
	fi
	grep -q 'Device or resource busy' said
}
is_well()
{
	dmsetup ls >said 2>&1 || {
		echo "round $round: $1, and 'dmsetup ls' was struck: $(cat said)"
		exit 1
	}
}
round=0
while [ $round -lt "$rounds" ]; do
	round=$((round + 1))
	fault add 'dm.ioctl error=EBUSY ioctl=list-devices name=busy'
	is_busy added
	fault remove busy
	is_well removed
	fault add 'dm.ioctl error=EBUSY ioctl=list-devices times=1 name=once'
	is_busy 'added for once'
	is_well 'was added for once'
	# One that is exhausted strikes again when it is added anew, and a phase is no other rule.
	fault add 'dm.ioctl error=EBUSY ioctl=list-devices phase=inject name=once'
	is_well 'of another phase'
	"$SNAPRIG" fault list "$SNAPRIG_MNT" --json |
		jq -e '[.faults[] | select(.name == "once")] | .[0].seen > 0' >/dev/null
	fault remove once
	is_well 'removed the last'
done
END
rounds=${COUNT:-15}
mkdir mnt
mnt=$work/mnt
# Programs meet the door by a filter of system calls, or by a library.
for way in '' preload; do
	make_image
	rig mount "$image" mnt --profile lvm
	SNAPRIG_LVM_INTERCEPT=$way rig lvm mnt -- sh inside.sh "$rounds" >log 2>&1 ||
		fail "in the world${way:+ by $way}: $(cat log)"
	same "$((2 * rounds))" "$(jq -s '[.[] | select(.event == "fault.fired")] | length' \
		mnt/.snaprig/events.jsonl)" "strikes in the journal"
	umount_volume
	rm -r "$image" "$image.snaprig"
done

# A rule that ends the rig is met at once, too; who is gone strikes nobody.
make_image
rig mount "$image" mnt --profile lvm
pid=$(rig_pid)
cat >inside.sh <<'END'
set -eu
dmsetup ls >/dev/null
"$SNAPRIG" fault add "$SNAPRIG_MNT" 'dm.ioctl crash ioctl=list-devices' >/dev/null
dmsetup ls >/dev/null
dmsetup ls >/dev/null
END
rig lvm mnt -- sh inside.sh >log 2>&1 || fail "in the world of a rig that dies: $(cat log)"
wait_until 10 is_dead "$pid" || fail "the rig has not met its end"
umount -l mnt
nothing_is_left
