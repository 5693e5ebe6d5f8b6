#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Failures that only clients of LVM meet: each strikes a client that works with LVM's own commands,
# has the verdict that it must have, and after its remedy the next backup is intact.
. "${0%/*}/../lib/e2e.sh"

requires_loop
requires jq lvcreate dmsetup kpartx tar dmeventd

"$SNAPRIG" list failures --json | jq -r '.failures[].name' | grep '^lvm-' | sort >names
e2e_status=0
rig matrix lvm-tar --failures 'lvm-*' --json >all.json || e2e_status=$?
jq -c '.cells[] | [.failure, .verdict, .exit, .fired, .remedy, .leaks, .why]' all.json
jq -r '.cells[] | select(.failure) | .failure' all.json | sort -u | diff names - ||
	fail "not every failure was brought about"
jq -e 'all(.cells[] | select(.failure); .fired >= 1)' all.json >/dev/null ||
	fail "one has not struck"
jq -e 'all(.cells[] | select(.failure); .remedy == "recovered" or
	(.remedy == "intact" and .verdict == "intact"))' all.json >/dev/null ||
	fail "one is not gone after its remedy"

# verdict_of FAILURE VERDICT
verdict_of()
{
	# shellcheck disable=SC2016 # for jq
	filter='.cells[] | select(.failure == $name) | .verdict'
	same "$2" "$(jq -r --arg name "$1" "$filter" all.json)" "verdict of $1"
}
verdict_of lvm-vg-full detected
verdict_of lvm-no-extents detected
verdict_of lvm-invalid detected
verdict_of lvm-merge-killed detected
verdict_of lvm-autoextend-too-late detected
verdict_of lvm-pv-read-error detected
verdict_of lvm-load-fails detected
verdict_of lvm-remove-busy-once intact
verdict_of lvm-busy-mounted leaked
verdict_of lvm-busy-held leaked
verdict_of lvm-busy-partition leaked
verdict_of lvm-removed-under-reader detected
verdict_of lvm-suspended hung
verdict_of lvm-udev-never-answers hung
same intact "$(jq -r '.cells[] | select(.failure == null) | .verdict' all.json)" "without a failure"
