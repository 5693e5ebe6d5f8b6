#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A thousand mounts and unmounts leave no mount, no process and no FUSE connection; nor
# do two hundred rigs that are killed while they end, and the next mount always works.
. "${0%/*}/../lib/e2e.sh"

mounts=${MOUNTS:-1000}
kills=${KILLS:-200}

connections()
{
	find /sys/fs/fuse/connections -mindepth 1 -maxdepth 1 2>/dev/null | wc -l
}

is_back()
{
	[ "$(connections)" -le "$before" ]
}

mount_volume 1MiB
touch "$mnt/snapshots/s0"
write_at 0 65536 "$mnt/live"
umount_volume
content=$(digest "$image")
before=$(connections)
round=0
while [ "$round" -lt "$mounts" ] && ! budget_is_over "$round" "$mounts" mounts 3 4; do
	round=$((round + 1))
	rig mount "$image" "$mnt"
	pid=$(rig_pid)
	rig umount "$mnt" || fail "umount in round $round"
	is_dead "$pid" || fail "process $pid is left in round $round"
	! is_mounted "$mnt" || fail "it is mounted after round $round"
done
# Others may mount and unmount meanwhile.
wait_until 60 is_back || fail "connections: $(connections), before: $before"

round=0
while [ "$round" -lt "$kills" ] && ! budget_is_over "$round" "$kills" kills; do
	round=$((round + 1))
	rig mount "$image" "$mnt" 2>said || fail "mount in round $round of kills: $(cat said)"
	pid=$(rig_pid)
	rig umount "$mnt" >/dev/null 2>&1 &
	sleep "0.$(printf '%03d' $(((round * 7919 + SEED * 104729) % 60)))"
	kill -9 "$pid" 2>/dev/null || :
	wait
done
rig mount "$image" "$mnt"
same "$content" "$(digest "$mnt/live")" "content at the end"
same s0 "$(names_of "$mnt/snapshots")" "snapshots at the end"
umount_volume
