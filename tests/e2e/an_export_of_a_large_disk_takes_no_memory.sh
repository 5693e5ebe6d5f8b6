#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A disk of 64 GiB, and one of 2 TiB, which is the largest that a VHD can be, are exported and
# flattened; what the server needs for it does not grow with the disk.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_xapi.sh"

cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 4TiB } ]
vms:
  - name: small
    disks: [ { name: disk, sr: local, image: small.img } ]
  - name: large
    disks: [ { name: disk, sr: local, image: large.img } ]
  - name: largest
    disks: [ { name: disk, sr: local, image: largest.img } ]
END
# data_at FILE BYTES... - a random piece at each place.
data_at()
{
	data_file=$1
	shift
	for data_place; do
		dd if=/dev/urandom of="$data_file" bs=4096 count=4 seek=$((data_place / 4096)) \
			conv=notrunc status=none
	done
}

truncate -s 64MiB small.img
truncate -s 64GiB large.img
truncate -s 2TiB largest.img 2>/dev/null || skip "no file of 2 TiB can be made here"
data_at small.img 0 4194304
# Places that a table of 32 bits, and one of 64, must tell apart.
data_at large.img 0 4294967296 8589934592 68719460352
data_at largest.img 0 4294967296 1099511627776 2199023239168
pool_serve pool.yaml

peak()
{
	sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pool_pid/status"
}

# export_disk NAME - exports and flattens it.
export_disk()
{
	export_vdi "$1.vhd" "$(snapshot_of "$(vm_of "$1")" s)"
	same '["success"]' "$(task_tells)" "the task of '$1'"
	rig xapi flatten "$1.vhd" "$1.raw"
	same "$(stat -c %s "$1.img")" "$(stat -c %s "$1.raw")" "the size of '$1'"
}

# The first has made what all of them need.
export_disk small
cmp small.raw small.img || fail "the small one"
before=$(peak)
export_disk large
export_disk largest
for place in 0 4294967296 68719460352; do
	cmp -i $place -n 16384 large.raw large.img || fail "the large one at $place"
done
for place in 0 4294967296 1099511627776 2199023239168; do
	cmp -i $place -n 16384 largest.raw largest.img || fail "the largest one at $place"
done
echo "peak: $before KiB, then $(peak) KiB"
[ "$e2e_slow" = 1 ] || [ "$(peak)" -lt $((before + 4096)) ] ||
	fail "the server has grown from $before to $(peak) KiB"
