#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Writers of each kind freeze for `touch` and for `snapshot create`, are shown as
# vssadmin shows them, and thaw whatever happens.
. "${0%/*}/../lib/e2e.sh"

requires jq

# state NAME - the number of the writer's state.
state()
{
	rig writers list "$mnt" --json | jq ".writers[] | select(.name == \"$1\") | .state"
}

# failure NAME FIELD - of its failure.
failure()
{
	rig writers list "$mnt" --json | jq -r ".writers[] | select(.name == \"$1\") | .failure.$2"
}

mount_volume 8MiB --profile vss --time-scale 100 \
	--writer 'simulated name="System Writer" freeze=200ms' --writer 'simulated name=db'
touch "$mnt/snapshots/s0"
same 5 "$(state 'System Writer')" "state after a snapshot"
rig writers list "$mnt" >printed
same "Writer name: 'System Writer'" "$(sed -n 1p printed)" "first line"
same "   Writer Id: {e8132975-6f93-4464-a53e-1050253ae220}" "$(sed -n 2p printed)" "its id"
same "   State: [5] Waiting for completion" "$(sed -n 4p printed)" "its state"
same "   Last error: No error" "$(sed -n 5p printed)" "its last error"
rig writers notify "$mnt" backup-complete
same 1 "$(state db)" "state after BackupComplete"

# A minute passes in 0.6 s.
rig fault add "$mnt" 'writer.freeze hang writer=System_Writer times=1' >/dev/null
before=$(date +%s%N)
refused 1 'Connection timed out' touch "$mnt/snapshots/s1"
took_ms=$((($(date +%s%N) - before) / 1000000))
[ "$took_ms" -ge 590 ] || fail "60 s passed in $took_ms ms"
[ ! -e "$mnt/snapshots/s1" ] || fail "a snapshot is left that was refused"
rig writers list "$mnt" >printed
same "   State: [9] Failed" "$(sed -n 4p printed)" "state after the time-out"
same "   Last error: Timed out" "$(sed -n 5p printed)" "error after the time-out"
same writer "$(failure 'System Writer' blame)" "whose fault it was"

# Each code is one errno for who only sees that.
for row in f0:ENXIO:'No such device' f1:ENOMEM:'Cannot allocate' f2:ETIMEDOUT:'timed out' \
	f3:EAGAIN:'temporarily unavailable' f4:EIO:'Input/output'; do
	code=0x800423${row%%:*}
	rig fault add "$mnt" "writer.freeze error=$code writer=db times=1" >/dev/null
	refused 1 "${row##*:}" touch "$mnt/snapshots/s1"
	same "$code" "$(failure db code)" "code"
	rig fault add "$mnt" "writer.thaw error=$code writer=db times=1" >/dev/null
	refused 4 "$code" rig snapshot create "$mnt" s1
	same 10 "$(state db)" "state of who failed in Thaw"
	rm -f "$mnt/snapshots/s1"
done
rig fault add "$mnt" 'snapshot.commit delay=11s times=1' >/dev/null
refused 4 'VSS_E_HOLD_WRITES_TIMEOUT .0x80042314.' rig snapshot create "$mnt" s1
grep -q '^VolSnap 8: ' "$mnt/.snaprig/kernel.log" || fail "VolSnap says nothing"
grep -q '^VSS 12298: ' "$mnt/.snaprig/kernel.log" || fail "VSS says nothing"
touch "$mnt/snapshots/s1"

# The requester freezes himself, and forgets.  His commands take less than a minute.
umount_volume
rig mount "$image" "$mnt" --profile vss --time-scale 10 \
	--writer 'simulated name="System Writer" freeze=200ms' --writer 'simulated name=db'
rig writers freeze "$mnt"
touch "$mnt/snapshots/s2"
same 3 "$(state db)" "state between freeze and thaw"
rig writers thaw "$mnt"
refused 2 'nothing is frozen' rig writers thaw "$mnt"
rig writers freeze "$mnt"
is_thawed()
{
	[ "$(state db)" != 3 ]
}
wait_until 30 is_thawed || fail "a minute never passes"
same requester "$(failure 'System Writer' blame)" "whose fault it was"
refused 2 'did not thaw it' rig writers thaw "$mnt"

# Nobody checks: it is the client's to look.
umount_volume
rig mount "$image" "$mnt" --profile vss --no-writer-check --writer 'simulated name=db' \
	--fault 'writer.post-snapshot error=0x800423f3'
touch "$mnt/snapshots/s3"
same 11 "$(state db)" "state of who failed unchecked"

# Mistakes are told with their column.
refused 2 "did you mean 'simulated'" rig writers add "$mnt" 'simulatd name=x'
refused 2 'at column 18' rig writers add "$mnt" 'simulated name=x freeze=5'
refused 2 "no writer 'x'" rig writers remove "$mnt" x
refused 2 "did you mean 'abort'" rig writers notify "$mnt" abrot
umount_volume
refused 2 "unknown key 'nmae'" rig mount "$image" "$mnt" --writer 'simulated nmae=x'
