#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Under profile vss a requester that is killed leaves its set in progress: whoever comes next
# gets 0x80042316, until it is aborted, has timed out, or the volume is mounted anew.
. "${0%/*}/../lib/e2e.sh"

requires jq timeout

hangs()
{
	[ "$(status '[.faults[].fired] | add // 0')" -gt 0 ]
}

# dies COMMAND... - it waits for its snapshot, held up by the only rule, when it is killed.
dies()
{
	"$@" >/dev/null 2>&1 &
	e2e_requester=$!
	wait_until 20 hangs || fail "nothing holds it up: $*"
	kill -9 "$e2e_requester"
	e2e_status=0
	wait "$e2e_requester" || e2e_status=$?
	same 137 "$e2e_status" "exit of who is killed ($*)"
}

has_dead_set()
{
	case $1 in
	null) grep -q '^  "dead_set": null' "$mnt/.snaprig/status.json" ;;
	*)
		grep -A 9 '^  "dead_set": {$' "$mnt/.snaprig/status.json" |
			grep -q "^    \"snapshot\": \"$1\""
		;;
	esac
}

# left NAME - the set of NAME is left, and nothing else of it.
left()
{
	wait_until 10 has_dead_set "$1" || fail "no set of $1: $(status .dead_set)"
	rig writers list "$mnt" --json >writers.json
	same "0x80042316 dead false" "$(jq -r '"\(input.dead_set.code) \(.set)" +
		" \(any(.writers[]; .frozen))"' writers.json "$mnt/.snaprig/status.json")" \
		"code, set, and whether somebody is frozen"
	same "" "$(ls "$mnt/snapshots")" "snapshots"
	rig status "$mnt" >printed
	grep -q "^dead set   of '$1'.*0x80042316" printed || fail "status: $(cat printed)"
	refused 4 "VSS_E_SNAPSHOT_SET_IN_PROGRESS .0x80042316.: .*'$1'.*writers notify MNT abort" \
		rig snapshot create "$mnt" next
	refused 1 "Device or resource busy" touch "$mnt/snapshots/next"
	timeout 20 dd if=/dev/zero of="$mnt/live" bs=4k count=1 conv=notrunc status=none ||
		fail "live writes do not go on"
}

# over - another one can be taken.
over()
{
	same null "$(status .dead_set)" "dead set"
	rig snapshot create "$mnt" next >/dev/null
	rig snapshot delete "$mnt" next
}

mount_volume 4MiB --profile vss --writer 'simulated name=db'
over

# A requester that lives is told the code of what failed.
rig fault add "$mnt" 'snapshot.create error=0x8004231f times=1' >/dev/null
refused 4 "take snapshot 's': VSS_E_INSUFFICIENT_STORAGE .0x8004231f." \
	rig snapshot create "$mnt" s
rig fault clear "$mnt"
over

# Whoever asks, and wherever he dies.
for point in 'writer.prepare-backup hang' 'writer.freeze hang' 'snapshot.commit hang' \
	'writer.thaw hang'; do
	for how in 'rig snapshot create' touch; do
		rig fault add "$mnt" "$point name=stuck" >/dev/null
		if [ "$how" = touch ]; then
			dies touch "$mnt/snapshots/t"
			name=t
		else
			dies "$SNAPRIG" snapshot create "$mnt" s
			name=s
		fi
		rig fault remove "$mnt" stuck
		left "$name"
		rig writers notify "$mnt" abort
		over
	done
done
grep -q '^VSS: .*0x80042316' "$mnt/.snaprig/kernel.log" || fail "VSS says nothing"
rig events "$mnt" >told
same 8 "$(grep -c 'set.died ' told)" "sets that died"
same 8 "$(grep -c 'set.ended .*it was aborted' told)" "sets that ended"

# Before it has come to the set there is none.
rig fault add "$mnt" 'snapshot.create hang name=stuck' >/dev/null
dies touch "$mnt/snapshots/t"
rig fault clear "$mnt" >/dev/null
over

# The end of the mount is the end of the set, in order or not.
rig fault add "$mnt" 'writer.freeze hang' >/dev/null
dies touch "$mnt/snapshots/t"
left t
umount_volume
rig mount "$image" "$mnt" --profile vss --writer 'simulated name=db'
over
rig fault add "$mnt" 'writer.freeze hang' >/dev/null
dies touch "$mnt/snapshots/t"
left t
kill_rig
rig mount "$image" "$mnt" --profile vss --writer 'simulated name=db'
over
umount_volume

# Ten minutes are two seconds.
rig mount "$image" "$mnt" --profile vss --time-scale 300 --writer 'simulated name=db limit=1h' \
	--fault 'writer.freeze hang times=1'
dies touch "$mnt/snapshots/t"
wait_until 20 has_dead_set t || wait_until 1 has_dead_set null || fail "no set was left"
wait_until 20 has_dead_set null || fail "ten minutes never pass"
rig events "$mnt" | grep -q 'set.ended .*its time was over' || fail "not told"
over
umount_volume

# Elsewhere there are no sets that outlive anybody.
rig create other --size 4MiB
mkdir -p mnt2
mnt=$PWD/mnt2
rig mount other "$mnt" --writer 'simulated name=db' --fault 'writer.freeze hang times=1'
dies touch "$mnt/snapshots/t"
over
rig umount "$mnt"

# Whoever tests a client meets one that another has left; and a client that leaves one is told.
"$SNAPRIG" check --size 4MiB --takes --failure set-in-progress --json \
	--restore "$SNAPRIG restore {out} {restored}" -- \
	"$SNAPRIG" backup --take --retry none {snapshot} {out} >result.json ||
	fail "the client does not detect it: $(cat result.json)"
same "detected recovered" "$(jq -r '.verdict + " " + .remedy' result.json)" "verdict and remedy"
e2e_status=0
"$SNAPRIG" check --size 4MiB --takes --profile vss --fault 'snapshot.commit hang times=1' -- \
	sh -c 'timeout 2 touch {snapshot}; exit 1' >printed || e2e_status=$?
same 1 "$e2e_status" "exit of a check of who leaves a set"
grep -q "snapshot set of 's1', in progress" printed || fail "says: $(cat printed)"
