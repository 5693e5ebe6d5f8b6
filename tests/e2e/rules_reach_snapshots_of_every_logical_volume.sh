#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Rules of the mounted rig strike at snapshots of any logical volume of the group, also of those
# that are not the volume itself: before and after they are taken, counted in one list and one
# journal; and who hangs there is let go.
# shellcheck disable=SC2016 # for another shell
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/lvm_world.sh"
requires lvremove jq timeout

make_image 16MiB
mkdir mnt
rig mount "$image" mnt --profile lvm --seed 9
mnt=$work/mnt
cat >inside.sh <<'END'
set -eu
rig="$1"
mnt="$2"
reads()
{
	dd if="/dev/vg0/$1" of=/dev/null bs=4k count=1 skip="${2:-0}" iflag=direct status=none
}
lvcreate -qq -L 8M -n data vg0
dd if=/dev/urandom of=/dev/vg0/data bs=1M count=8 oflag=direct status=none

# Rules that were there before any of its snapshots was.
lvcreate -qq -s -L 4M -n s1 vg0/data
lvcreate -qq -s -L 4M -n s2 vg0/data
! reads s1 2>/dev/null
reads s1 1
reads s2

# One that comes meanwhile has effect when the command has ended, and so has its end.
"$rig" fault add "$mnt" 'snapshot.read error=EIO snapshot=vg0-s2 name=late' >/dev/null
! reads s2 2>/dev/null
"$rig" fault remove "$mnt" late
reads s2

# Rules of phases.
"$rig" fault add "$mnt" 'snapshot.read error=EIO snapshot=vg0-s2 phase=inject' >/dev/null
reads s2

# Who hangs goes on when that is said, and when the rule goes.
"$rig" fault add "$mnt" 'snapshot.read hang snapshot=vg0-s2 times=1 name=hang' >/dev/null
timeout 60 dd if=/dev/vg0/s2 of=/dev/null bs=4k count=1 iflag=direct status=none &
for _ in $(seq 1000); do
	grep -q '"rule":"snapshot.read hang.*"fault.fired"\|"fault.fired".*read hang' \
		"$mnt/.snaprig/events.jsonl" && break
	sleep 0.05
done
[ -d /proc/$! ]
"$rig" fault release "$mnt" >/dev/null
wait $!
lvremove -qq -f vg0/s1 vg0/s2 vg0/data
END
rig fault add mnt 'snapshot.create delay=1ms snapshot=vg0-s1' >/dev/null
rig fault add mnt 'snapshot.read error=EIO offset=0..4KiB snapshot=vg0-s1' >/dev/null
rig lvm mnt -- sh inside.sh "$SNAPRIG" "$mnt" >log 2>&1 || fail "in the world: $(cat log)"
rig fault list mnt --json >faults
for id in 1 2; do
	[ "$(jq --argjson id "$id" '.faults[] | select(.id == $id).fired' faults)" -ge 1 ] ||
		fail "rule $id has not fired: $(cat faults)"
done
jq -r 'select(.event == "fault.fired") | "\(.id) \(.snapshot) \(.offset)"' \
	mnt/.snaprig/events.jsonl | uniq >fired
printf '%s\n' '2 vg0-s1 0' '3 vg0-s2 0' '5 vg0-s2 0' | while IFS= read -r line; do
	grep -qx "$line" fired || fail "not in the journal: $line of $(cat fired)"
done
umount_volume
nothing_is_left
