#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A snapshot is read ahead of who reads it in sequence: in few transfers, the right bytes, and so
# that nobody can tell what was read ahead: counts, progress and faults are of the reads that
# were asked for.
. "${0%/*}/../lib/e2e.sh"

requires jq
count=512 # blocks of 4 KiB

prepare()
{
	mount_volume 8MiB "$@"
	dd if=/dev/urandom of="$mnt/live" bs=1M count=8 oflag=direct conv=notrunc status=none
	dd if="$mnt/live" of=expected bs=1M iflag=direct status=none
	touch "$mnt/snapshots/s"
	for block in 3 70 71 300 511; do
		write_at $((block * 4096)) 4096 "$mnt/live" "$block"
	done
}

read_view()
{
	dd if="$mnt/snapshots/s" bs="$1" count="$2" iflag=direct status=none
}

forget_image()
{
	umount_volume
	rm -rf "$image" "$image.snaprig"
}

prepare
before=$(status .io.image.reads)
read_view 4k $count >found || fail "cannot read"
cmp -n $((count * 4096)) expected found || fail "other bytes were read"
reads=$(($(status .io.image.reads) - before))
[ "$reads" -le 64 ] || fail "$reads transfers for $count reads in sequence"
ahead=$(status .io.requests.read_ahead_used_bytes)
[ "$ahead" -ge $(((count - 8) * 4096)) ] || fail "only $ahead bytes were found read"
[ "$(status '.io.requests.read_ahead_bytes')" -ge "$ahead" ] || fail "more was used than read"
rig status "$mnt" --metrics | grep -q '^snaprig_io_read_ahead_bytes_total{' || fail "no metric"
[ "$(status '.snapshots[0].reads | .count, .in_sequence' | tr '\n' ' ')" = "$count $count " ] ||
	fail "reads that nobody asked for are counted: $(status '.snapshots[0].reads')"

# Of any size, with what does not begin nor end at a block, in the page cache of a map, too.
for size in 1000 64k 1M; do
	dd if="$mnt/snapshots/s" bs=$size status=none >found || fail "cannot read by $size"
	cmp expected found || fail "other bytes were read by $size"
done
forget_image

prepare --read-ahead off
read_view 4k $count >found
[ "$(status .io.requests.read_ahead_bytes)" = 0 ] || fail "it is not off"
forget_image

# A rule strikes the same reads, whatever is read ahead.
strike()
{
	prepare --read-ahead "$1" --fault "$3"
	: >"$2"
	block=0
	# It stays open, so that what was read ahead is kept from one dd to the next.
	while [ $block -lt 40 ]; do
		if dd if="$mnt/snapshots/s" bs=4k count=1 skip=$block iflag=direct status=none \
			>/dev/null 2>&1; then
			echo read >>"$2"
		else
			echo failed >>"$2"
		fi
		block=$((block + 1))
	done 3<"$mnt/snapshots/s"
	forget_image
}
for rule in 'origin.read error=EIO after=20 times=1' 'snapshot.read error=EIO offset=80KiB..84KiB' \
	'snapshot.read error=EIO when=read.progress>=1%'; do
	strike off without "$rule"
	strike 2MiB with "$rule"
	grep -q failed with || fail "'$rule' has not struck"
	cmp -s without with || fail "'$rule' strikes another read: $(diff without with)"
done

rig mount --help 2>&1 | grep -q -e --read-ahead || fail "no option"
refused=0
rig create v.img --size 1MiB && mkdir m && rig mount v.img m --read-ahead 1KiB 2>said || refused=$?
[ $refused = 2 ] || fail "a window of 1 KiB: exit code $refused"
grep -q "read-ahead" said || fail "not said why: $(cat said)"
