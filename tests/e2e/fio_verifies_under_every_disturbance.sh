#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# fio checks all that it reads by crc32c, of the live view and of a snapshot, while
# whatever the benchmark disturbs writers with goes on beside it: snapshots are taken and
# deleted, stores go, nodes are merged, backups read, a hundred rules are looked at and
# one hangs another request.
. "${0%/*}/../lib/e2e.sh"

requires fio jq

mib=16 rounds=2
[ "$e2e_slow" = 0 ] || { mib=8 rounds=1; }
# Behind all that fio writes: where a rule hangs whoever reads.
quiet=$((mib << 20))

# fio_on FILE OPTION... - blocks that bear their checksum; says what it found.
fio_on()
{
	fio_file=$1
	shift
	fio --name=verify --filename="$fio_file" --size="${mib}m" --bs=4k --direct=1 \
		--ioengine=io_uring --iodepth=16 --verify=crc32c --verify_fatal=1 \
		--randrepeat=0 --allrandrepeat=0 --randseed="$SEED" "$@"
}

# verified WHAT FILE OPTION... - reads all of FILE, whose every block bears a checksum.
verified()
{
	verified_what=$1 verified_file=$2
	shift 2
	fio_on "$verified_file" --rw=read --verify_only=1 "$@" >read.log 2>&1 || {
		grep -E "err=|verify|bad" read.log | tail -n 20
		fail "fio found a difference in $verified_what"
	}
}

# one_round NUMBER - all that disturbs, once; each of it is known to have happened.
one_round()
{
	touch "$mnt/snapshots/large$1" "$mnt/snapshots/kept$1"
	cat "$mnt/snapshots/base" >/dev/null
	verified "'base' beside the writer" "$mnt/snapshots/base"
	# It has preserved what was written meanwhile; in a chain it is merged.
	rm "$mnt/snapshots/large$1"
	[ "$profile" != xen ] || timeout 60 "$SNAPRIG" coalesce "$mnt" --wait >/dev/null
	dd if="$mnt/live" of=/dev/null bs=4k count=1 iflag=direct status=none \
		skip=$((quiet / 4096)) &
	reader=$!
	verified "'kept$1' beside the writer" "$mnt/snapshots/kept$1" --iodepth=1 \
		--io_size="$((mib / 4))m"
	kill -0 "$reader" 2>/dev/null || fail "the rule has hung no request"
	rig fault release "$mnt" >/dev/null
	wait "$reader" || fail "the request that hung has failed"
}

# A hundred rules that never match, half of them by a gauge, and one that hangs.
set -- --fault "live.read hang offset=$quiet..$((quiet + 4096))"
number=0
while [ "$number" -lt 50 ]; do
	number=$((number + 1))
	aside=$((quiet + number * 8192))
	set -- "$@" --fault "live.read error=EIO offset=$aside..$((aside + 4096))" \
		--fault "live.write error=EIO when=ops>=4000000000"
done

for profile in plain xen; do
	mount_volume "$((mib + 4))MiB" --profile "$profile" "$@"
	fio_on "$mnt/live" --rw=write --do_verify=0 >first.log 2>&1 || fail "$(tail first.log)"
	touch "$mnt/snapshots/base"
	: >stop.not
	while [ -e stop.not ]; do
		fio_on "$mnt/live" --rw=randwrite --number_ios=100000 || exit 1
	done >fio.log 2>&1 &
	writer=$!
	on_exit "rm -f stop.not; kill $writer 2>/dev/null"
	before=$(status .counters.live_writes)
	round=0
	while [ "$round" -lt "$rounds" ]; do
		round=$((round + 1))
		one_round "$round"
	done
	rm stop.not
	wait "$writer" || {
		grep -E "err=|verify|bad" fio.log | tail -n 20
		fail "fio found a difference in the live view of $profile"
	}
	[ "$(status .counters.live_writes)" -gt $((before + (mib << 8))) ] ||
		fail "hardly anything was written beside it"
	verified "'base' of $profile" "$mnt/snapshots/base"
	verified "the live view of $profile" "$mnt/live"
	umount_volume
	rig mount "$image" "$mnt" --profile "$profile"
	verified "'base' of $profile after another mount" "$mnt/snapshots/base"
	verified "'kept$rounds' of $profile after another mount" "$mnt/snapshots/kept$rounds"
	verified "the live view of $profile after another mount" "$mnt/live"
	umount_volume
	rm -rf "$image" "$image".snaprig
done
