#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Memory that is taken for real, in a cgroup of its own: actiphy's driver sees
# it, the machine does not, and whatever ends it leaves no process behind.
. "${0%/*}/../lib/e2e.sh"

requires jq
requires_root
not_under_valgrind "does not know pidfd_open(2), and rigs have no children"
line='datto: physical memory usage has exceeded 80% threshold. cow file update is stopped'
size=64MiB

# press SHARE - or the test is skipped where that is impossible.
press()
{
	e2e_status=0
	rig gauge set "$mnt" memory.used "$1" --real --size "$size" 2>"$work/said" || e2e_status=$?
	[ "$e2e_status" != 77 ] || skip "$(cat "$work/said")"
	same 0 "$e2e_status" "exit of gauge set --real ($(cat "$work/said"))"
}

# reads FROM TO - memory.used is between them, as shares.
reads()
{
	status '.gauges["memory.used"].value' >"$work/value"
	awk -v from="$1" -v to="$2" '{ exit !($1 >= from && $1 <= to) }' "$work/value" ||
		fail "memory.used is $(cat "$work/value"), not from $1 to $2"
}

cgroup()
{
	status '.gauges["memory.used"].source' | sed -n 's/^pressure://p'
}

# Who is in the cgroup, one a line.
pressing()
{
	cat "$group/cgroup.procs" 2>/dev/null
}

is_empty()
{
	[ -z "$(pressing)" ]
}

is_removed()
{
	[ ! -e "$group" ]
}

# The kernel counts ahead what a processor may soon take, and takes it back whenever it
# likes, most of all when others are busy there; this makes it.
take_back_ahead()
{
	for file in memory.force_empty memory.reclaim; do
		[ ! -e "$group/$file" ] || echo 0 >"$group/$file" 2>/dev/null || :
	done
}

mount_volume 16MiB --profile actiphy
rig gauge set "$mnt" memory.used 50%
touch "$mnt/snapshots/s0"
write_at 0 65536 "$mnt/live"
same active "$(status '.snapshots[0].state')" "state before"

# What is pressed stays pressed.
for share in 60 66 70 75; do
	press $share%
	group=$(cgroup)
	reads 0.$share 0.$((share + 2))
	take_back_ahead
	reads 0.$share 0.$((share + 2))
	rig gauge release "$mnt" memory.used
done
rig gauge set "$mnt" memory.used 50%

# It takes the place of what was feigned, and is of the cgroup, not of the machine.
press 85%
reads 0.85 0.87
same false "$(status '.gauges["memory.used"].feigned')" "feigned"
group=$(cgroup)
[ -d "$group" ] || fail "no cgroup '$group'"
same 1 "$(pressing | wc -l)" "processes in '$group'"
rig status "$mnt" | grep -q "memory.used .*pressure:$group" || fail "status does not say so"
refused 4 'pressed already' rig gauge set "$mnt" memory.used 50% --real
write_at 65536 65536 "$mnt/live"
same failed "$(status '.snapshots[0].state')" "state at 85 %"
same 1 "$(grep -cF "$line" "$mnt/.snaprig/kernel.log")" "lines in kernel.log"
refused 1 "Input/output error" dd if="$mnt/snapshots/s0" of=/dev/null bs=4k count=1

# Release undoes it: a new snapshot lives.
rig gauge release "$mnt" memory.used
is_removed || fail "'$group' is still there"
same system "$(status '.gauges["memory.used"].source')" "source after release"
reads 0 0.8
rm "$mnt/snapshots/s0"
touch "$mnt/snapshots/s1"
write_at 0 65536 "$mnt/live" 5
same active "$(status '.snapshots[0].state')" "state of s1"

# What would endanger the machine, or makes no sense, is refused with a reason.
refused 2 "below 32 MiB" rig gauge set "$mnt" memory.used 85% --real --size 1MiB
refused 2 "over 1 GiB" rig gauge set "$mnt" memory.used 85% --real --size 2GiB
refused 2 "95%" rig gauge set "$mnt" memory.used 99% --real
refused 2 "95%" rig gauge set "$mnt" memory.used 1% --real
refused 2 "cannot be pressed" rig gauge set "$mnt" ops 85 --real
refused 2 "cannot read size 'big'" rig gauge set "$mnt" memory.used 85% --real --size big
refused 2 "needs real memory pressure" rig gauge set "$mnt" memory.used 85% --size 64MiB

# A child that somebody kills is the end of it, not of the mount.
press 40%
group=$(cgroup)
kill -9 "$(pressing)"
wait_until 10 is_removed || fail "'$group' stays after its process was killed"
same system "$(status '.gauges["memory.used"].source')" "source without the process"

# Unmounting ends it, and so does SIGTERM.
press 60%
group=$(cgroup)
umount_volume
is_removed || fail "'$group' outlives the mount"
rig mount "$image" "$mnt" --profile actiphy
press 60%
group=$(cgroup)
kill -TERM "$(rig_pid)"
wait_until 10 is_removed || fail "'$group' outlives SIGTERM"
wait_until 10 no_rig_runs || fail "the rig outlives SIGTERM"

# Killed in the middle: an empty cgroup at most, which the next mount removes.
rig mount "$image" "$mnt" --profile actiphy
press 60%
group=$(cgroup)
kill_rig
wait_until 10 is_empty || fail "a process outlives the rig: $(pressing)"
rig mount "$image" "$mnt" --profile actiphy
is_removed || fail "the next mount leaves '$group'"

# Killed while it still takes.
size=256MiB
rig gauge set "$mnt" memory.used 90% --real --size "$size" 2>/dev/null &
group=$(dirname "$group")/snaprig-$(rig_pid)
wait_until 10 test -e "$group" || fail "no cgroup '$group'"
kill_rig
wait_until 10 is_empty || fail "a process outlives the rig: $(pressing)"
rig mount "$image" "$mnt" --profile actiphy
is_removed || fail "the next mount leaves '$group'"
umount_volume

# Of a rig that died just now the process may be there for a moment.
sleep 0 &
dead=$!
wait "$dead"
group=$(dirname "$group")/snaprig-$dead
# Another rig may remove it before somebody is there.
# shellcheck disable=SC2016 # for the other shell
sh -c 'until mkdir -p "$1" && echo $$ >"$1/cgroup.procs"; do sleep 0.05; done
	touch is-there; exec sleep 0.5' sh "$group" 2>/dev/null &
wait_until 10 test -e is-there || fail "nobody is in '$group'"
rig mount "$image" "$mnt" --profile actiphy
is_removed || fail "the next mount leaves '$group', whose process was about to end"
