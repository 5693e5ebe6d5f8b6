#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `snaprig bench` on what is wrong: words that mean nothing, a folder that is not there or has no
# room, a disk that gets full, no fio, a disk without O_DIRECT, one processor, and a signal in the
# middle.  It says so, and nothing of it stays.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_check.sh"

requires python3 fio
not_under_valgrind "has another program than the one that is measured"

# benched CODE ARGUMENT...
benched()
{
	e2e_code=$1
	shift
	e2e_status=0
	timeout 120 env PATH="${bench_path:-$PATH}" "$SNAPRIG" bench --size 16MiB \
		--seconds 100ms "$@" >out 2>said ||
		e2e_status=$?
	same "$e2e_code" "$e2e_status" "exit of bench $* ($(cat out said))"
	"${is_tidy:-nothing_is_left}" "$*"
}

# says TEXT - the last one did.
says()
{
	grep -qF "$1" said || fail "it does not say '$1': $(cat said)"
}

# ---- words ----

benched 2 --dir "$work/tmp" randreed-4k
says "unknown job 'randreed-4k' (did you mean 'randread-4k'?)"
benched 2 --dir "$work/tmp" --rounds 0
says "cannot read rounds '0'"
benched 2 --seconds 5
says "cannot read time '5'"
benched 2 --size 4KiB
says "cannot read size '4KiB'"
benched 2 --report page.html
says "cannot read report 'page.html' (try html=FILE, json=FILE or md=FILE)"
benched 2 --report html=nowhere/page.html
says "cannot write report 'nowhere/page.html': there is no folder"
benched 2 --baseline nowhere.json
says "cannot read 'nowhere.json': No such file or directory"
echo '{"schema_version": 1}' >other.json
benched 2 --baseline other.json
says "'other.json' is no result of 'snaprig bench' of this version"
echo 'no JSON' >other.json
benched 2 --baseline other.json
says "'other.json' is no JSON"

# ---- a machine ----

benched 2 --dir "$work/nowhere" snapshot-time
says "cannot work in '$work/nowhere': No such file or directory"
benched 4 --dir "$work/tmp" --size 1TiB randread-4k
says "are needed (see --size and --dir)"
mkdir bin
# All programs but some.
ln -s /bin/* bin
for program in fio qemu-storage-daemon nbdkit python3; do
	rm -f "bin/$program"
done
ln -s "$(python3 -c 'import sys; print(sys.executable)')" bin/python3
bench_path=$work/bin
benched 77 --dir "$work/tmp" snapshot-time
says "'fio' is missing"
ln -s "$(command -v fio)" bin
benched 0 --dir "$work/tmp" --rounds 1 --peers randread-4k
for peer in qemu-storage-daemon nbdkit; do
	grep -q "^not measured: $peer: '$peer' is missing$" out || fail "without $peer: $(cat out)"
done
rm bin/python3
benched 77
says "'python3', which measures, is missing"
bench_path=
benched 0 --dir "$work/tmp" --rounds 1 snapshot-time

# A colon and a blank are letters of a path.
mkdir "$work/a folder: or two"
benched 0 --dir "$work/a folder: or two" --rounds 1 randread-4k
same "" "$(ls "$work/a folder: or two")" "files in the folder"

! command -v taskset >/dev/null || {
	taskset -c "$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')" "$SNAPRIG" bench --dir \
		"$work/tmp" --size 16MiB --seconds 100ms --rounds 1 randwrite-4k --json >out ||
		fail "on one processor"
	grep -q '"processors": 1,' out || fail "not one processor: $(cat out)"
}

# ---- a signal ----

is_measuring()
{
	grep -qsF "$work/tmp/snaprig-bench" /proc/self/mounts
}

nothing_is_there()
{
	[ -z "$(ls -A "$work/tmp")" ]
}

# killed SIGNAL CODE - at another moment each.
killed()
{
	"$SNAPRIG" bench --dir "$work/tmp" --size 16MiB --seconds 100ms --rounds 100 --peers \
		randread-4k first-writes-4k >out 2>said &
	wait_until 60 is_measuring || fail "nothing is mounted: $(cat said)"
	sleep "0.$2"
	kill -s "$1" $!
	e2e_status=0
	wait $! || e2e_status=$?
	same "$2" "$e2e_status" "exit after SIG$1 ($(cat said))"
	wait_until 60 nothing_is_there || fail "files after SIG$1: $(ls -A "$work/tmp")"
	nothing_is_left "SIG$1"
}
killed TERM 143
killed HUP 129
killed KILL 137
# While it is being mounted, too.
is_working()
{
	[ -e "$(echo "$work"/tmp/snaprig-bench.*/started)" ]
}
for moment in 0 0.02 0.05; do
	"$SNAPRIG" bench --dir "$work/tmp" --size 16MiB --seconds 100ms snapshot-time >out 2>said &
	wait_until 60 is_working || fail "it does not begin: $(cat said)"
	sleep $moment
	kill -s KILL $!
	wait $! || :
	wait_until 60 nothing_is_there || fail "files after SIGKILL: $(ls -A "$work/tmp")"
	nothing_is_left "SIGKILL after $moment s"
done

# ---- a disk ----

[ "$(id -u)" = 0 ] || exit 0
mkdir small
mount -t tmpfs -o size=256m none small || skip "a tmpfs cannot be mounted"
on_exit umount "$work/small"
# What is mounted there is ours.
nothing_is_on_it()
{
	wait_until 15 no_rig_runs || fail "$1: a rig is still running"
	! grep -F " $work/small/" /proc/self/mounts || fail "$1: it is mounted"
}
is_tidy=nothing_is_on_it
benched 0 --dir "$work/small" --rounds 1 randread-4k
benched 4 --dir "$work/small" --size 256MiB randread-4k
says "'$work/small' has 2"

# Others fill it while it is measured on.
"$SNAPRIG" bench --dir "$work/small" --size 16MiB --seconds 100ms --rounds 100 rewrite-4k \
	>out 2>said &
is_measuring_there()
{
	grep -qsF "$work/small/snaprig-bench" /proc/self/mounts
}
wait_until 60 is_measuring_there || fail "nothing is mounted: $(cat said)"
dd if=/dev/zero of=small/full bs=1M 2>/dev/null && fail "it does not get full"
e2e_status=0
wait $! || e2e_status=$?
same 4 "$e2e_status" "exit on a full disk"
says "No space left on device"
nothing_is_on_it "a full disk"
same full "$(ls small)" "files on the full disk"
rm small/full

# An overlay over it has O_DIRECT as it has; or it is told that there is none.
mkdir lower over small/upper small/work
if mount -t overlay -o "lowerdir=$work/lower,upperdir=$work/small/upper,workdir=$work/small/work" \
	none over; then
	# At the end the ones above go first.
	benched 0 --dir "$work/over" --rounds 1 randread-4k first-writes-4k
	same "" "$(ls over)" "files in the overlay"
	umount over
fi
