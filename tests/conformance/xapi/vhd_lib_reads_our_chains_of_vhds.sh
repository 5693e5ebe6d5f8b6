#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# vhd-lib, with which Xen Orchestra reads VHDs, flattens what a pool exports - a VHD, one that
# differs from it, and one that differs from that - to the content of the snapshots.  qemu-img reads
# the first one the same; it has no check for VHDs, and says so, so its comparison replaces that.
. "${0%/*}/../../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_xapi.sh"
. "$e2e_root/tests/lib/npm.sh"

requires_npm vhd-lib

# Not a whole number of blocks, and with holes.
truncate -s 16777728 web.img
random_bytes "$SEED" 5000000 | dd of=web.img conv=notrunc status=none
cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 1GiB } ]
vms: [ { name: web, disks: [ { name: system, sr: local, image: web.img } ] } ]
END
pool_serve pool.yaml
mnt=pool.yaml.snaprig/mnt/web.system
vm=$(vm_of web)

# saved NAME OFFSET BYTES - writes, takes a snapshot, and exports what differs from $before. A
# parent is looked up by the name in the VHD, which is its uuid.
before=
chain=
saved()
{
	write_at "$2" "$3" "$mnt/live" "$SEED$2"
	snapshot=$(snapshot_of "$vm" "$1")
	uuid=$(uuid_of "$snapshot")
	export_vdi "$uuid.vhd" "$snapshot" "&format=vhd${before:+&base=$before}"
	same '["success"]' "$(task_tells)" "the task of $1"
	chain="$chain $uuid.vhd=$1.raw"
	before=$snapshot
}
saved full 0 4096
full=$uuid.vhd
saved delta 8388608 2097152
saved last-sector 16777216 512
# shellcheck disable=SC2086 # names without blanks
node "$e2e_root/tests/conformance/xapi/vhd_lib.mjs" "$modules" "$work" $chain >said 2>&1 ||
	fail "vhd-lib cannot read it: $(cat said)"
for pair in $chain; do
	cmp "${pair#*=}" "$mnt/snapshots/${pair%.vhd=*}" || fail "vhd-lib reads another disk: $pair"
done
if command -v qemu-img >/dev/null; then
	qemu-img check -f vpc "$full" >said 2>&1 && fail "qemu-img can check a VHD: $(cat said)"
	grep -q 'does not support checks' said || fail "qemu-img says: $(cat said)"
	qemu-img compare -f vpc -F raw "$full" full.raw || fail "qemu-img reads another disk"
fi
pool_end
