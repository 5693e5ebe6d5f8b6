#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The reference client restores a VM with two disks into a pool: the full backup, and what a delta
# says over it. What fails leaves neither a VM nor a disk.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_xapi.sh"

cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 1GiB } ]
vms: [ { name: web, disks: [ { name: system, sr: local, size: 16MiB },
                             { name: data, sr: local, size: 9MiB } ] } ]
END
mounts=pool.yaml.snaprig/mnt
pool_serve pool.yaml
who=http://root:secret@${url#http://}
backup() { rig backup --like xo --xapi "$who" --job nightly --bypass-chain-check web remote >log; }
back() { rig restore --xapi "$who" --http-timeout 2s "$@"; }
mkdir remote
random_bytes 1 3000000 | dd of=$mounts/web.system/live conv=notrunc bs=1M seek=2 status=none
random_bytes 2 700000 | dd of=$mounts/web.data/live conv=notrunc bs=1M seek=7 status=none
cp $mounts/web.system/live system.1
backup
random_bytes 3 70000 | dd of=$mounts/web.system/live conv=notrunc bs=1M seek=3 status=none
backup
cp $mounts/web.system/live system.2
cp $mounts/web.data/live data.2
vm=$(ls remote/xo-vm-backups)
first=$(ls "remote/xo-vm-backups/$vm" | sed -n 's/[.]json$//p' | head -n 1)

# content_of VM NUMBER - where the disk is that the VM has by this number.
content_of()
{
	for vbd in $(rig xapi call "$who" VM.get_VBDs "VM:$1" | jq -r '.[]'); do
		[ "$(rig xapi call "$who" VBD.get_userdevice "$vbd")" != "$2" ] ||
			echo "$mounts/$(rig xapi call "$who" VDI.get_uuid \
				"$(rig xapi call "$who" VBD.get_VDI "$vbd")")/live"
	done
}
back remote again
cmp "$(content_of again 0)" system.2 && cmp "$(content_of again 1)" data.2 || fail "the last one"
back --vm "$vm" --at "$first" remote earlier
cmp "$(content_of earlier 0)" system.1 || fail "the first one"

# A rule at the disk of POOL.yaml strikes what goes into a new one.
fails()
{
	rig fault add $mounts/web.system "xapi.import $1" >/dev/null
	refused 1 "$2" rig restore --xapi "$who" --http-timeout 2s remote broken
	rig fault clear $mounts/web.system >/dev/null
	same 10 "$(ls $mounts | wc -l)" "disks after '$1'"
	same '[]' "$(rig xapi call "$who" VM.get_by_name_label broken)" "what is there after '$1'"
}
back remote third
back remote fourth
fails 'error=EIO offset=4MiB..' 'VDI_IO_ERROR.Device I/O errors.'
fails 'reply=task-error' 'VDI_IO_ERROR.Device I/O errors.'
fails 'reply=no-answer' 'HTTP connection has timed out'
fails 'reply=garbage' 'Parse Error: Expected HTTP/'
fails 'reply=reset offset=4MiB..' 'ECONNRESET'

refused 2 'no such restore point' rig restore --xapi "$who" --at 20000101T000000Z remote broken
refused 2 'there is no backup of a VM in' rig restore --xapi "$who" . broken
refused 2 '--vm needs --xapi' rig restore --vm "$vm" remote broken
truncate -s -512 "$(find remote -name '*.vhd' | sort | tail -n 1)"
refused 1 'Expected values to be strictly equal' rig restore --xapi "$who" remote broken
