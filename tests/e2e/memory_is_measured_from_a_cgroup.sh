#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A cgroup with a limit takes the place of the machine: what it uses decides.
. "${0%/*}/../lib/e2e.sh"

requires jq
group=$work/group
mkdir "$group" "$work/empty"
echo max >"$group/memory.max"
echo 500000 >"$group/memory.current"
echo "inactive_file 0" >"$group/memory.stat"
mkdir -p "$work/mnt"
rig create "$work/other.img" --size 16MiB
refused 2 'has no limit' rig mount "$work/other.img" "$work/mnt" --memory "cgroup:$group"
refused 2 'is no cgroup' rig mount "$work/other.img" "$work/mnt" --memory "cgroup:$work/empty"
refused 2 "memory source 'cgroup:group'" \
	rig mount "$work/other.img" "$work/mnt" --memory cgroup:group
refused 2 "memory source 'swap'" rig mount "$work/other.img" "$work/mnt" --memory swap

# As version 2 has them; that real ones are read so, too, is tested under pressure.
echo 1000000 >"$group/memory.max"
mount_volume 16MiB --profile actiphy --memory "cgroup:$group"
same 0.5 "$(status '.gauges["memory.used"].value')" "memory.used"
same "cgroup:$group" "$(status '.gauges["memory.used"].source')" "source"
rig status "$mnt" | grep -q "memory.used  *50%, cgroup:$group" || fail "status does not say so"
touch "$mnt/snapshots/s0"
write_at 0 65536 "$mnt/live"
same active "$(status '.snapshots[0].state')" "state at 50 %"

is_pressed() { [ "$(status '.gauges["memory.used"].value')" = 0.85 ]; }
echo 850000 >"$group/memory.current"
wait_until 20 is_pressed || fail "memory.used is not 85 %"
write_at 65536 65536 "$mnt/live"
same failed "$(status '.snapshots[0].state')" "state at 85 %"

# Who cannot be read any more leaves the gauge at what it was.
rm -r "$group"
sleep 0.2
same 0.85 "$(status '.gauges["memory.used"].value')" "memory.used without its cgroup"
umount_volume

rig mount "$image" "$mnt"
same system "$(status '.gauges["memory.used"].source')" "source by default"
