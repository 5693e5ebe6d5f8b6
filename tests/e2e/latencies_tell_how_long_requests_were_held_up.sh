#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a rule holds up is in the histogram of its kind with all the time that it took, whether it
# was answered, failed, or its reader was killed; what is not held up is in those below.
. "${0%/*}/../lib/e2e.sh"

requires jq
mount_volume 8MiB --profile plain
touch "$mnt/snapshots/s0"

# of REQUEST VIEW FIELD - of the status.
of()
{
	case $1.$2 in
	read.live) status ".latency.requests[0].$3" ;;
	write.live) status ".latency.requests[1].$3" ;;
	flush.live) status ".latency.requests[2].$3" ;;
	discard.live) status ".latency.requests[3].$3" ;;
	read.snapshot) status ".latency.requests[4].$3" ;;
	esac
}

# sample REQUEST VIEW NAME [BOUND] - of the metrics.
sample()
{
	rig status "$mnt" --metrics |
		awk -v name="snaprig_request_duration_seconds_$3{" \
			-v labels="request=\"$1\",view=\"$2\"${4:+,le=\"$4\"}}" \
			'index($0, name) == 1 && index($0, labels) { print $2 }'
}

# at_least LEAST SAID WHAT
at_least()
{
	[ "$2" -ge "$1" ] || fail "$3: $2 us, and not $1 at least"
}

read_live()
{
	dd if="$mnt/live" of=/dev/null bs=4k count="$1" iflag=direct status=none
}

microseconds()
{
	echo $(($(date +%s%N) / 1000))
}

same 'read live write live flush live discard live read snapshot write snapshot flush snapshot' \
	"$(status '[.latency.requests[] | .request, .view] | join(" ")')" "what is told"

# What is not held up is in one of the buckets, and no other kind has it.
same 0 "$(of read live count)" "reads before there was one"
read_live 5
same 5 "$(sample read live bucket +Inf)" "reads"
same 5 "$(sample read live count)" "count of reads"
same 0 "$(sample write live count)" "count of writes"
same 0 "$(sample read snapshot count)" "count of reads of snapshots"
same 5 "$(status '.latency.requests[0].counts | add')" "reads of all buckets"
same 20 "$(status '.latency.bounds_us | length')" "bounds"

# 300 ms are more than the bound below, and no time is lost.
under=$(sample write live bucket 0.262144)
rig fault add "$mnt" 'live.write delay=300ms times=3' >/dev/null
before=$(microseconds)
write_at 0 4096 "$mnt/live"
write_at 4096 4096 "$mnt/live"
write_at 8192 4096 "$mnt/live"
took=$(($(microseconds) - before))
same "$under" "$(sample write live bucket 0.262144)" "writes that took less than 262 ms"
same 3 "$(sample write live bucket +Inf)" "writes"
same 3 "$(sample write live count)" "count of writes"
at_least 900000 "$(of write live sum_us)" "all writes"
same "$(of write live sum_us)" \
	"$(sample write live sum | awk '{ printf "%.0f", $1 * 1000000 }')" "all writes as a metric"
at_least 300000 "$(of write live longest_us)" "the longest write"
at_least 262144 "$(of write live p50_us)" "half of the writes"
at_least "$(of write live sum_us)" "$took" "what the writes took together"

has_hung()
{
	[ "$(status '.faults[1].fired')" = "$1" ]
}

is_over()
{
	[ $(($(microseconds) - hung)) -ge "$1" ]
}

has_read()
{
	[ "$(of read snapshot count)" = "$1" ]
}

# What hangs has taken as long as it hung.
rig fault add "$mnt" 'snapshot.read hang times=2' >/dev/null
before=$(microseconds)
head -c 4096 "$mnt/snapshots/s0" >/dev/null &
reader=$!
wait_until 10 has_hung 1 || fail "nobody hangs"
hung=$(microseconds)
same 0 "$(of read snapshot count)" "reads of the snapshot that have ended"
wait_until 10 is_over 700000 || fail "time stands still"
hung=$(($(microseconds) - hung))
rig fault release "$mnt" >/dev/null
wait "$reader"
took=$(($(microseconds) - before))
same 1 "$(of read snapshot count)" "reads of the snapshot"
at_least "$hung" "$(of read snapshot longest_us)" "the read that hung"
at_least "$(of read snapshot longest_us)" "$took" "what the reader took"

# Who is killed has waited, too; what fails is answered.
head -c 4096 "$mnt/snapshots/s0" >/dev/null &
reader=$!
wait_until 10 has_hung 2 || fail "nobody hangs"
kill -9 "$reader"
wait "$reader" || true
wait_until 10 has_read 2 || fail "who was killed is not counted"
rig fault clear "$mnt" >/dev/null
rig fault add "$mnt" 'snapshot.read error=EIO times=1' >/dev/null
! head -c 4096 "$mnt/snapshots/s0" >/dev/null 2>&1 || fail "no fault"
same 3 "$(of read snapshot count)" "reads of the snapshot, with the one that failed"

# A flush and a discard are kinds of their own; a write that flushes is a write.
sync "$mnt/live"
same 1 "$(of flush live count)" "flushes"
fallocate --punch-hole --offset 4096 --length 4096 "$mnt/live"
same 1 "$(of discard live count)" "discards"
dd if=/dev/zero of="$mnt/live" bs=4k count=1 oflag=direct,dsync conv=notrunc status=none
same 4 "$(of write live count)" "writes, with the one that flushed"
umount_volume

# On a faster clock a delay is shorter, and so is the wait for it.
rig mount "$image" "$mnt" --profile plain --time-scale 100
rig fault add "$mnt" 'live.read delay=10s times=1' >/dev/null
before=$(microseconds)
read_live 1
took=$(($(microseconds) - before))
at_least 100000 "$(of read live longest_us)" "the read"
at_least "$(of read live longest_us)" "$took" "what the reader took"

# An answer is not older when the rig hears of nothing for a while.
exec 3<"$mnt/live"
dd of=/dev/null bs=4k count=1 iflag=direct status=none <&3
rig fault add "$mnt" 'live.read delay=20s times=1' >/dev/null
before=$(microseconds)
dd of=/dev/null bs=4k count=1 iflag=direct status=none <&3
hung=$(microseconds)
took=$((hung - before))
wait_until 10 is_over 500000 || fail "time stands still"
at_least "$(of read live longest_us)" "$took" "what the second reader took"
exec 3<&-
umount_volume
