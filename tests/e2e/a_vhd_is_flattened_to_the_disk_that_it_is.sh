#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `snaprig xapi flatten` makes of a VHD that qemu-img wrote the disk that it was made of, and
# refuses what is none; `snaprig xapi restore` finds it by what Xen Orchestra keeps beside it.
. "${0%/*}/../lib/e2e.sh"

requires qemu-img jq
head -c 5000000 /dev/urandom >disk.raw
truncate -s 8388608 disk.raw
for kind in dynamic fixed; do
	qemu-img convert -f raw -O vpc -o "subformat=$kind,force_size=on" disk.raw "$kind.vhd"
	rig xapi flatten "$kind.vhd" "$kind.raw"
	cmp disk.raw "$kind.raw" || fail "a $kind VHD"
done

# What is no VHD, or only a part of one; and nothing is overwritten or left.
refused 2 "'disk.raw' is no VHD that can be read: its footer" rig xapi flatten disk.raw out.raw
refused 2 "cannot make 'fixed.raw': File exists" rig xapi flatten fixed.vhd fixed.raw
head -c 4000000 dynamic.vhd >part.vhd
refused 2 "block 1 ends at 4197376, behind its end at 4000000" rig xapi flatten part.vhd out.raw
refused 2 "'.' is no file" rig xapi flatten . out.raw
refused 2 "cannot read 'none.vhd': No such file" rig xapi flatten none.vhd out.raw
[ ! -e out.raw ] || fail "something was left"

# A body that was complete but for its last footer.
size=$(stat -c %s dynamic.vhd)
head -c $((size - 512)) dynamic.vhd >tail.vhd
rig xapi flatten tail.vhd tail.raw 2>said
grep -q "'tail.vhd' has no footer at its end" said || fail "said: $(cat said)"
cmp disk.raw tail.raw || fail "a VHD without its last footer"

# As Xen Orchestra keeps it.
vm=11111111-2222-3333-4444-555555555555
points=remote/xo-vm-backups/$vm
mkdir -p "$points/vdis/job/disk-uuid"
cp dynamic.vhd "$points/vdis/job/disk-uuid/20261128T003000Z.vhd"
cat >"$points/20261128T003000Z.json" <<'END'
{"mode": "delta", "vhds": {"OpaqueRef:1": "vdis/job/disk-uuid/20261128T003000Z.vhd"},
 "vdis": {"OpaqueRef:1": {"name_label": "system"}}}
END
same "20261128T003000Z disk-uuid system" "$(rig xapi restore remote --vm $vm --list)" "the list"
same system "$(rig xapi restore remote --vm $vm --list --json |
	jq -r '.restore_points[0].disks[0].name')" "the list as JSON"
for option in "" "--disk system" "--disk disk-uuid" "--at 20261128T003000Z"; do
	rm -f out.raw
	# shellcheck disable=SC2086 # words
	rig xapi restore remote out.raw --vm $vm $option
	cmp disk.raw out.raw || fail "restored with '$option'"
done
rm out.raw
refused 2 "no disk 'data' is in this restore point" \
	rig xapi restore remote out.raw --vm $vm --disk data
refused 2 "no restore point '2025' is in" rig xapi restore remote out.raw --vm $vm --at 2025
refused 2 "no backups are in 'remote/xo-vm-backups/none'" \
	rig xapi restore remote out.raw --vm none
refused 2 "OUT is missing" rig xapi restore remote --vm $vm

# A restore point cannot name what lies elsewhere.
for path in /etc/passwd ../../x vdis/../../../x; do
	printf '{"vhds": {"r": "%s"}}' "$path" >"$points/20261129T003000Z.json"
	refused 2 "path '$path' of a restore point leads out of its folder" \
		rig xapi restore remote out.raw --vm $vm
done
printf '[' >"$points/20261129T003000Z.json"
refused 2 "20261129T003000Z.json' is no restore point" rig xapi restore remote out.raw --vm $vm
