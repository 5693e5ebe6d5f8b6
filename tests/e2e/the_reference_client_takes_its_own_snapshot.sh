#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Its log when a writer fails is that of ActiveImage Protector, line by line; it
# tries again what its policy says and nothing else, and no snapshot is left.
. "${0%/*}/../lib/e2e.sh"

mount_volume 16MiB --profile vss --time-scale 100 --writer 'simulated name="System Writer"' \
	--writer 'simulated name=db'
mkdir out

# again_at SCALE - the same volume, with another clock.
again_at()
{
	umount_volume
	rig mount "$image" "$mnt" --profile vss --time-scale "$1" \
		--writer 'simulated name="System Writer"' --writer 'simulated name=db'
}

# takes EXIT NAME [OPTION...] - a backup out/NAME; what it logged is in lines.
takes()
{
	e2e_wanted=$1 taken=$2 e2e_status=0
	shift 2
	rig backup --take "$@" "$mnt/snapshots/$taken" "out/$taken" >log 2>said || e2e_status=$?
	cat log said
	same "$e2e_wanted" "$e2e_status" "exit code"
	sed -E 's,^[0-9/]{10} [0-9:.]{12} ,,; s,^\[[0-9/]{10} [0-9:.]{12}\],[STAMP],' log >lines
	same "" "$(ls -A "$mnt/snapshots")" "snapshots left"
}
tells()
{
	grep -qF -e "$1" lines || fail "does not tell '$1'"
}
tries()
{
	same "$1" "$(grep -c '^VssStart()' lines)" "tries"
}
fails_with()
{
	rig fault add "$mnt" "writer.freeze error=$1 writer=System_Writer times=${2:-1}"
}

fails_with 0x800423f2
takes 201 b1
instance=$(rig writers list "$mnt" --json | jq -r '.writers[0].instance_id')
cat >wanted <<END
Pipeline start
OOOW: No
VssStart()
Using Common Provider
com exception caught(0x8000ffff) in VssStart
[STAMP] OUTPUT:
ERROR: Selected writer 'System Writer' is in failed state!
- Status: 9 (VSS_WS_FAILED_AT_FREEZE)
- Writer Failure code: 0x800423f2 (<Unknown error code>)
- Writer ID: {e8132975-6f93-4464-a53e-1050253ae220}
- Instance ID: $instance
Pipeline end, exit code: -311
END
diff wanted lines || fail "the log differs from the documented one"

# Each code with each policy.
number=1
for policy in none aip-2018 microsoft; do
	for code in 1 2 3 4; do
		number=$((number + 1))
		case $policy:$code in
		microsoft:2 | microsoft:3) continue ;; # each of them waits for 6 s
		none:? | *:4) wanted=201 tries=1 ;;
		*) wanted=0 tries=2 ;;
		esac
		fails_with "0x800423f$code"
		takes "$wanted" "b$number" --retry "$policy"
		tries "$tries"
		tells "- Writer Failure code: 0x800423f$code"
	done
done

# Until the tries are used up.
fails_with 0x800423f2 3
takes 201 exhausted --retry aip-2018
tries 3
tells "Not tried again: all 3 tries of retry policy 'aip-2018' are used up"

# A writer that answers too late, and one that dies.
rig fault add "$mnt" 'writer.freeze hang writer=System_Writer times=1'
begun=$(date +%s%N)
takes 201 late
took=$((($(date +%s%N) - begun) / 1000000))
# 600 ms of it are the wait; the rest is for a machine that has much else to do.
echo "60 s took $took ms"
[ "$took" -lt 10000 ] || fail "60 s at 100 times the speed took $took ms"
tells "ERROR: Selected writer 'System Writer' is in failed state!"
tells "- Writer Failure code: 0x800423f2"
rig writers kill "$mnt" db
takes 201 dead
rig writers add "$mnt" 'simulated name=db'

# Writes that cannot be flushed or held are no writer's fault.
rig fault add "$mnt" 'origin.write hang times=1'
write_at 0 4096 "$mnt/live" &
writer=$!
has_struck()
{
	rig fault list "$mnt" --json | jq -e '.faults[-1].fired == 1' >/dev/null
}
wait_until 10 has_struck
takes 201 flushed
tells "com exception caught(0x80042313) in VssStart"
! grep -q "OUTPUT" lines || fail "it blames a writer"
rig fault clear "$mnt"
wait "$writer"
rig fault add "$mnt" 'snapshot.commit delay=11s times=1'
takes 201 held
tells "com exception caught(0x80042314) in VssStart"
! grep -q "OUTPUT" lines || fail "it blames a writer"

# There is no room for a shadow copy, and to try again does not make any.
rig fault add "$mnt" 'snapshot.create error=0x8004231f times=1'
takes 201 no-room --retry microsoft
tries 1
tells "com exception caught(0x8004231f) in VssStart"
! grep -q "OUTPUT" lines || fail "it blames a writer"

# A thaw that is lost comes after the instant; it is lost for 60 s, and the backup must
# have ended by then.
again_at 10
rig fault add "$mnt" 'writer.thaw drop writer=db times=1'
takes 0 thaw
tells "Warning: the writers were not notified of backup-complete: "
rig fault clear "$mnt"
nobody_is_frozen()
{
	rig writers list "$mnt" --json | jq -e '[.writers[].frozen] | any | not' >/dev/null
}
wait_until 20 nobody_is_frozen
again_at 100

# Asked to stop while it waits, it does.
fails_with 0x800423f2 1000
"$SNAPRIG" backup --take --retry microsoft "$mnt/snapshots/s" out/s >log.wait &
client=$!
wait_until 10 grep -q "Try 2 of 4 in 600 s" log.wait
kill "$client"
e2e_status=0
wait "$client" || e2e_status=$?
same 1 "$e2e_status" "exit code when it was stopped"
same "" "$(ls -A "$mnt/snapshots")" "snapshots left"
rig fault clear "$mnt"

# A freeze cannot be called off; its snapshot is not left all the same.
rig fault add "$mnt" 'writer.freeze delay=40s times=1'
"$SNAPRIG" backup --take "$mnt/snapshots/s" out/s >log.freeze &
client=$!
wait_until 10 grep -q "Using Common Provider" log.freeze
kill "$client"
e2e_status=0
wait "$client" || e2e_status=$?
same 1 "$e2e_status" "exit code when it was stopped"
same "" "$(ls -A "$mnt/snapshots")" "snapshots left"

# What makes no sense.
touch "$mnt/snapshots/there"
refused 1 "snapshot 'there' exists already" rig backup --take "$mnt/snapshots/there" out/x
same there "$(ls -A "$mnt/snapshots")" "the snapshot of another"
refused 1 "no volume is mounted there" rig backup --take out/snapshots/x out/x
refused 1 "it is not MNT/snapshots/NAME" rig backup --take out/x out/y
refused 2 "unknown retry policy 'aip'" rig backup --take --retry aip "$mnt/snapshots/x" out/x
refused 2 "--retry needs --take" rig backup --retry none "$mnt/snapshots/x" out/x
umount_volume

# The rig hands out what it should not: the client looks for itself.
mkdir unchecked
mnt=$work/unchecked
rig mount "$image" "$mnt" --profile vss --no-writer-check --writer 'simulated name=db'
rm "$mnt/snapshots/there"
rig fault add "$mnt" 'writer.freeze error=0x800423f3 times=1'
takes 201 unchecked
tells "- Writer Failure code: 0x800423f3"
umount_volume
