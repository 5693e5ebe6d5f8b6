#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `snaprig mount ... -- CMD` is mounted while CMD runs, ends as CMD did, and leaves nothing
# mounted, whatever CMD and its starter meet.
# shellcheck disable=SC2016 # for the other shell
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_check.sh"

mkdir mnt
image=$work/volume.img
mnt=$work/mnt
rig create "$image" --size 16MiB

# ends CODE ARGUMENT... - so does `mount`.
ends()
{
	e2e_wanted=$1
	shift
	e2e_status=0
	timeout 60 "$SNAPRIG" mount "$@" 2>said || e2e_status=$?
	sed 's/^/  said: /' said
	same "$e2e_wanted" "$e2e_status" "exit of mount $*"
	nothing_is_left "$*"
}

# ---- it is there, and so is its exit code ----

ends 0 "$image" "$mnt" -- sh -c '
	[ "$SNAPRIG_MNT" = "$1" ] && [ "$SNAPRIG_LIVE" = "$1/live" ] &&
	[ "$SNAPRIG_SNAPSHOTS" = "$1/snapshots" ] && [ -S "$SNAPRIG_CONTROL" ] &&
	echo kept | dd of="$SNAPRIG_LIVE" conv=notrunc status=none &&
	touch "$SNAPRIG_SNAPSHOTS/s0" && [ -f "$1/snapshots/s0" ]' sh "$mnt"
ends 0 "$image" --profile datto -- sh -c 'head -c 4 "$SNAPRIG_LIVE" | grep -q kept'
ends 0 --size 64KiB --profile lvm "$mnt" -- sh -c '
	[ "$(stat -c %s "$SNAPRIG_LIVE")" = 65536 ] && [ "$SNAPRIG_MNT" = "$1" ]' sh "$mnt"
ends 7 --size 1MiB -- sh -c 'exit 7'
ends 143 --size 1MiB -- sh -c 'kill -TERM $$'
ends 137 --size 1MiB -- sh -c 'kill -KILL $$'
ends 127 --size 1MiB -- "$work/no-program"
ends 126 --size 1MiB -- "$image"
[ -d "$mnt" ] || fail "the folder that was named is gone"

# ---- what is wrong is said before anything is mounted ----

refused 2 "needs a folder MNT, or a command" rig mount "$image"
refused 2 "size needs a command" rig mount --size 1MiB "$mnt"
refused 2 "command is missing after" rig mount "$image" "$mnt" --
refused 2 "'--foreground' and a command exclude" rig mount "$image" --foreground -- true
refused 2 "cannot read size 'x'" rig mount --size x -- true
refused 2 "cannot open image" rig mount no-image -- true
refused 2 "unknown profile" rig mount "$image" --profile x -- true
nothing_is_left "what is refused"

# ---- CMD does harm ----

ends 0 "$image" "$mnt" -- sh -c 'exec 3<"$SNAPRIG_LIVE"; sleep 60 <&3 >/dev/null 2>&1 &
	echo $! >"$1"' sh "$work/pid"
kill "$(cat pid)" || fail "the process that was left is gone"
ends 0 "$image" "$mnt" -- sh -c 'cd "$SNAPRIG_MNT" && (sleep 2 >/dev/null 2>&1 &)'
ends 0 --size 1MiB -- sh -c '"$1" umount "$SNAPRIG_MNT"' sh "$SNAPRIG"
ends 0 --size 1MiB -- sh -c 'rm -rf "$TMPDIR"/*/volume.img; touch "$SNAPRIG_SNAPSHOTS/a"'
ends 5 "$image" "$mnt" --fault 'live.read crash' -- sh -c 'cat "$SNAPRIG_LIVE" >/dev/null; exit 5'
grep -q "the rig was ended by signal 9" said || fail "a dead rig is not told of"
# It hangs until it is killed; then the rig can end.
ends 137 --size 1MiB --fault 'live.read hang' -- sh -c '
	sleep 0.5; (sleep 1; kill -9 $$) & cat "$SNAPRIG_LIVE" >/dev/null'

# ---- signals ----

# begin ARGUMENT... - until CMD says that it runs; $pid is the starter.
begin()
{
	rm -f runs
	# What this shell runs in the background has SIGINT and SIGQUIT ignored.
	env --default-signal=INT,QUIT "$SNAPRIG" mount "$@" 2>said &
	pid=$!
	wait_until 20 test -e runs || fail "it does not begin"
}

# over CODE WHAT
over()
{
	e2e_status=0
	wait "$pid" || e2e_status=$?
	same "$1" "$e2e_status" "exit after $2"
	nothing_is_left "$2"
}

for number in 15 1 2 3; do
	begin "$image" "$mnt" -- sh -c 'touch "$1"; exec sleep 60' sh "$work/runs"
	kill -s "$(kill -l "$number")" "$pid"
	over $((128 + number)) "signal $number"
done
begin --size 1MiB -- sh -c 'trap "" TERM; touch "$1"; while :; do sleep 0.1; done' sh "$work/runs"
kill -TERM "$pid"
over 137 "a SIGTERM that CMD ignores"
# What CMD makes of it is its own business.
begin --size 1MiB -- sh -c 'trap "exit 9" INT; touch "$1"; while :; do sleep 0.1; done' sh \
	"$work/runs"
kill -INT "$pid"
over 9 "a SIGINT that CMD heeds"
begin "$image" "$mnt" -- sh -c 'touch "$1"; exec sleep 60' sh "$work/runs"
kill -KILL "$pid"
wait "$pid" || :
wait_until 10 no_rig_runs || fail "the rig outlives its killed starter"
same "" "$(mounts_below "$work")" "mounts after SIGKILL"

# At any moment.
for delay in 0 0.005 0.01 0.02 0.03 0.05 0.08 0.12 0.2; do
	"$SNAPRIG" mount --size 1MiB -- sh -c 'sleep 60' 2>said &
	pid=$!
	sleep "$delay"
	kill -TERM "$pid"
	wait "$pid" || :
	nothing_is_left "SIGTERM after $delay s"
done
