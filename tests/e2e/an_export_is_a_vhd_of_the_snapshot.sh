#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What GET /export_raw_vdi/ sends of a snapshot is the snapshot: as a VHD, as one that differs
# from a base, as it is; in whichever way the body ends.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_xapi.sh"

# Not a whole number of blocks, and holes.
truncate -s 50331136 web.img
dd if=/dev/urandom of=web.img bs=1M count=9 conv=notrunc status=none
dd if=/dev/urandom of=web.img bs=512 seek=98302 count=1 conv=notrunc status=none
cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 1GiB } ]
vms: [ { name: web, disks: [ { name: system, sr: local, image: web.img } ] } ]
END
pool_serve pool.yaml --export-framing old-close
mnt=pool.yaml.snaprig/mnt/web.system
vm=$(vm_of web)

first=$(snapshot_of "$vm" first)
export_vdi first.vhd "$first"
same '["success"]' "$(task_tells)" "the task of a full export"
grep -q '^HTTP/1.0 200 OK' head || fail "answered: $(cat head)"
rig xapi flatten first.vhd first.raw
cmp first.raw "$mnt/snapshots/$(uuid_of "$first")" || fail "a full export"
# Five blocks of the beginning, and the last.
same $((1536 + 512 + 6 * (2097152 + 512) + 512)) "$(stat -c %s first.vhd)" "bytes of the VHD"
if command -v qemu-img >/dev/null; then
	qemu-img compare -f vpc -F raw first.vhd first.raw || fail "qemu-img reads another disk"
fi

# What changed since.
write_at 12582912 4096 "$mnt/live"
write_at 41943040 2097152 "$mnt/live"
write_at 50330624 512 "$mnt/live"
second=$(snapshot_of "$vm" second)
write_at 0 4096 "$mnt/live"
export_vdi second.vhd "$second" "&format=vhd&base=$first"
same '["success"]' "$(task_tells)" "the task of a delta"
same $((1536 + 512 + 2 * 512 + 3 * (2097152 + 512) + 512)) "$(stat -c %s second.vhd)" "bytes of it"
rig xapi flatten second.vhd second.raw
cmp second.raw "$mnt/snapshots/$(uuid_of "$second")" || fail "a delta on its base"

# Without the base it is nothing; its name does not matter.
mkdir alone elsewhere
cp second.vhd alone
refused 2 "the parent of 'alone/second.vhd' is missing: no VHD with uuid $(uuid_of "$first")" \
	rig xapi flatten alone/second.vhd alone.raw
cp first.vhd elsewhere/of-another-name.vhd
rig xapi flatten alone/second.vhd alone.raw --parents elsewhere
cmp alone.raw second.raw || fail "a delta on a base elsewhere"

# As it is.
export_vdi raw "$second" ""
same '["success"]' "$(task_tells)" "the task of a raw export"
cmp raw second.raw || fail "a raw export"

# Whoever does not say who he is gets nothing; what is not there is an error of the task.
same 401 "$(curl -s -o answer -w '%{http_code}' "$url/export_raw_vdi/?vdi=$first")" "no session"
export_vdi nothing OpaqueRef:none
same '["failure","HANDLE_INVALID","VDI","OpaqueRef:none"]' "$(task_tells)" "no such VDI"
grep -q '^HTTP/1.1 500' head || fail "answered: $(cat head)"
export_vdi nothing "$second" "&format=vhd&base=OpaqueRef:none"
same '["failure","HANDLE_INVALID","VDI","OpaqueRef:none"]' "$(task_tells)" "no such base"
export_vdi nothing "$second" "&format=qcow9"
same '["failure","UNIMPLEMENTED_IN_SM_BACKEND","format","qcow9"]' "$(task_tells)" "no such format"
# What a VM that runs writes to is no content.
export_vdi nothing "$(leaf_of "$vm")"
task_tells | grep -q '^\["failure","VDI_IN_USE"' || fail "a leaf in use: $(task_tells)"
pool_end

for how in close length chunked; do
	pool_serve pool.yaml --export-framing $how
	again=$(call VDI.get_by_uuid "\"$(call VDI.get_all_records | jq -r 'to_entries[] |
		select(.value.is_a_snapshot) | .value.uuid' | head -n 1)\"" | jq -r .)
	export_vdi "$how.vhd" "$again"
	same 0 "$exported" "curl of framing '$how'"
	grep -q '^HTTP/1.1 200 OK' head || fail "answered: $(cat head)"
	rig xapi flatten "$how.vhd" "$how.raw"
	cmp "$how.raw" "$mnt/snapshots/$(uuid_of "$again")" || fail "framing '$how'"
	pool_end
done
