#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# So many first writes to blocks of 4 KiB, one after the other, read and write exactly so
# many bytes; and status tells it in each of its forms.
. "${0%/*}/../lib/e2e.sh"

requires jq
count=200

# figures - of the image, then of the stores.
figures()
{
	status '.io | [.image.reads, .image.read_bytes, .image.writes, .image.written_bytes,
		.stores.reads, .stores.writes, .stores.written_bytes, .stores.copied_bytes,
		.stores.hashed_bytes] | join(" ")'
}

# write_each - a block at a time.
write_each()
{
	dd if=/dev/zero of="$mnt/live" bs=4k count=$count oflag=direct conv=notrunc status=none
}

# dd reads one block after the other: nothing is to be read before it asks.
mount_volume 8MiB --read-ahead off
write_each
same "0 0 $count $((count * 4096)) 0 0 0 0 0" "$(figures)" "without a snapshot"
same true "$(status '.io.write_amplification == 1')" "write amplification without a snapshot"
same true "$(status '.io.transfers_per_request == 1')" "transfers without a snapshot"
touch "$mnt/snapshots/s"
before=$(figures)
write_each
# shellcheck disable=SC2086 # words
set -- $before
same "$count $((count * 4096)) $(($3 + count)) $(($4 + count * 4096)) 0 $(($6 + count)) \
$(($7 + count * 8192)) $((count * 4096)) $(($9 + count * 8192))" "$(figures)" "first touches"
before=$(figures)
write_each
# shellcheck disable=SC2086 # words
set -- $before
same "$1 $2 $(($3 + count)) $(($4 + count * 4096)) $5 $6 $7 $8 $9" "$(figures)" "rewrites"
dd if="$mnt/snapshots/s" of=/dev/null bs=4k count=$count iflag=direct status=none
same "$count $((count * 4096))" "$(status '.io.stores | "\(.reads) \(.read_bytes)"')" \
	"reads of what was preserved"

same "$((3 * count))" "$(status .io.requests.writes)" "writes that were asked for"
metric="snaprig_io_copied_bytes_total{image=\"$image\",layer=\"stores\"}"
rig status "$mnt" --metrics | grep -qxF "$metric $((count * 4096))" ||
	fail "the metrics do not know what was copied"
rig status "$mnt" | grep -q "^requests  *$count " || fail "people do not see the layers"
