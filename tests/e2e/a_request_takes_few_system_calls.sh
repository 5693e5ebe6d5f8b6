#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# One request after the other: how often the rig enters the kernel for each.  One system call
# brings the request, and takes the answer to the one before; each transfer is one more.
# What is between FUSE and the files is in unit/test_request_costs.
. "${0%/*}/../lib/e2e.sh"

requires jq
not_under_valgrind "makes system calls of its own"
count=500
# Questions for the status, opening and closing, room for the store.
beside=100

# other_calls - reads and writes of the rig that are not the ring's.
other_calls()
{
	awk '$1 ~ /^sysc[rw]:/ { sum += $2 } END { print sum }' "/proc/$pid/io"
}

# expect_calls MOST WHAT COMMAND... - at most MOST system calls for each of $count requests.
expect_calls()
{
	most=$1 what=$2
	shift 2
	others=$(other_calls)
	enters=$(status .ring.enters)
	"$@"
	enters=$(($(status .ring.enters) - enters))
	others=$(($(other_calls) - others))
	[ "$enters" -le $((most * count + beside)) ] ||
		fail "$what: $enters system calls for $count requests"
	[ "$others" -le $beside ] || fail "$what: $others reads and writes beside the ring"
}

read_each()
{
	dd if="$1" of=/dev/null bs=4k count=$count iflag=direct status=none
}

write_each()
{
	dd if=/dev/zero of="$mnt/live" bs=4k count=$count oflag=direct conv=notrunc status=none
}

mount_volume 8MiB --busy-poll off
pid=$(rig_pid)
expect_calls 2 "live writes" write_each
expect_calls 2 "live reads" read_each "$mnt/live"
touch "$mnt/snapshots/s"
expect_calls 2 "reads of the view" read_each "$mnt/snapshots/s"
expect_calls 4 "first touches" write_each
expect_calls 2 "rewrites" write_each
expect_calls 2 "reads of what is preserved" read_each "$mnt/snapshots/s"
