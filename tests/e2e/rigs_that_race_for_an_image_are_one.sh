#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Of rigs that are started at once for one image, or on one mount point, one wins, and
# the others say why not and leave nothing.  One that is stopped for a while goes on, and
# a rig on the live view of another agrees with it.
. "${0%/*}/../lib/e2e.sh"

requires jq
rig create a.img --size 1MiB
rig create b.img --size 1MiB
mkdir m0 m1 m2

# start IMAGE POINT - in the background; its exit code goes to exit.POINT.IMAGE.
start()
{
	{
		code=0
		timeout 60 "$SNAPRIG" mount "$1" "$work/$2" 2>"said.$2.$1" || code=$?
		echo "$code" >"exit.$2.$1"
	} &
}

for round in 1 2 3 4; do
	for point in m0 m1 m2; do
		start a.img "$point"
	done
	wait
	same "0 4 4" "$(cat exit.m?.a.img | sort | xargs)" "exits in round $round"
	same 2 "$(grep -lE "another rig" said.m?.a.img | wc -l)" "who says why in round $round"
	for point in m0 m1 m2; do
		is_mounted "$work/$point" || continue
		rig status "$point" >/dev/null
		rig umount "$point"
	done
	start a.img m0
	start b.img m0
	wait
	won=$(cat exit.m0.?.img | grep -cx 0)
	[ "$won" -ge 1 ] || fail "nobody got the mount point: $(cat said.m0.*)"
	while is_mounted "$work/m0"; do
		rig umount m0
	done
	wait_until 10 no_rig_runs || fail "a rig that lost lives on"
done

rig mount a.img "$work/m0"
mnt=$work/m0
pid=$(rig_pid)
kill -STOP "$pid"
touch m0/snapshots/s0 &
sleep 1
kill -CONT "$pid"
wait
same s0 "$(names_of m0/snapshots)" "snapshot after a stop"

# One on the other's live view.
rig mount m0/live m1 --store "$work/over"
write_at 4096 65536 m1/live
touch m1/snapshots/s1
write_at 8192 65536 m1/live 2
same "$(digest m1/live)" "$(digest m0/live)" "live views"
rig umount m1
same "$(digest m0/live)" "$({ rig mount m0/live m1 --store "$work/over"; } && digest m1/live)" again
rig umount m1
rig umount m0
