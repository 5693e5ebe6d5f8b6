#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each adapter that is given LVM, whose tool is here, without a failure and with two that tell of
# it: no room for a snapshot, and one that is dead in the middle, which not all of them notice.
. "${0%/*}/../lib/e2e.sh"

requires_loop
requires jq lvcreate dmsetup mkfs.ext4

verdicts()
{
	cat <<-END
		borgmatic-lvm i d s
		lvm-dd        i d d
		lvm-tar       i d d
		mylvmbackup   i d s
		rsnapshot-lvm i d m
		urbackup-lvm  i d d
	END
}

SNAPRIG_SHARE=$e2e_root/scenarios
export SNAPRIG_SHARE
grep -l '^gives: lvm' "$SNAPRIG_SHARE"/clients/*.yaml >adapters
while read -r adapter; do
	name=$(basename "$adapter" .yaml)
	verdicts | grep -q "^$name " || fail "client '$name' has no row"
done <adapters

count=0
verdicts >rows
while read -r name wanted; do
	missing=$(rig list clients --json | jq -r --arg name "$name" \
		'.clients[] | select(.name == $name) | .missing // ""')
	if [ "$missing" ]; then
		echo "cut: client '$name', without '$missing'"
		continue
	fi
	rig matrix "$name" --failures lvm-vg-full,lvm-removed-under-reader --json \
		>"$name.json" </dev/null || :
	jq -c '.cells[] | [.client, .failure, .verdict, .exit, .fired, .leaks, .why]' "$name.json"
	found=$(jq -r '[.cells[].verdict[:1]] | join(" ")' "$name.json")
	same "$wanted" "$found" "verdicts of '$name'"
	after=$(jq -r '[.cells[1:][].remedy] | join(" ")' "$name.json")
	same "recovered recovered" "$after" "after the remedies, '$name'"
	count=$((count + 1))
done <rows
[ "$count" -ge 2 ] || fail "only $count clients were run"
