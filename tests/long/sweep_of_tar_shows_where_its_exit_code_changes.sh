#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# tar on a file system that has a bad sector: exit 2 where it cannot read a folder or the
# beginning of a file, and only a warning, exit 1, in the middle of one, for which it writes zeros.
. "${0%/*}/../lib/e2e.sh"

requires jq
requires tar
requires mkfs.ext4
requires_loop
mkdir tmp
export TMPDIR="$work/tmp"

e2e_status=0
timeout 500 "$SNAPRIG" sweep --size 16MiB --gives tree --by offsets --points 32 --json \
	--fault 'snapshot.read error=EIO' --restore 'tar -C {restored} -xf {out}' -- \
	tar -C {snapshot} -cf {out} . >map.json || e2e_status=$?
jq -r '.tracks[] | .name as $name | .ranges[] |
	"\($name) \(.first_offset_bytes)..\(.last_offset_bytes) \(.verdict) \(.exit)"' map.json
same 1 "$e2e_status" "exit"
for exit in 1 2; do
	jq -e --argjson exit "$exit" 'any(.tracks[].points[]; .exit == $exit and .fired > 0)' \
		map.json >/dev/null || fail "tar never exits with $exit"
done
jq -e 'all(.tracks[].points[] | select(.exit == 1); .verdict == "misreported")' map.json \
	>/dev/null || fail "an archive with exit 1 is not taken for complete and wrong"
same "" "$(ls tmp)" "temporary files"
same "" "$(mounts_below "$work")" "mounts"
