#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# After the remedy of each failure the next backup is intact; and what is no remedy is told
# from one.
. "${0%/*}/../lib/e2e.sh"

requires jq

# Those that only clients of LVM or XAPI meet have scripts of their own.
rig list failures --json | jq -r '.failures[].name' | grep -vE '^(lvm|xapi)-' |
	sort >names
[ "$(grep -c '' names)" -gt 25 ] || fail "the list is short: $(cat names)"

# dd notices what there is to notice; what it cannot notice is a finding, and has a remedy, too.
e2e_status=0
rig check --size 4MiB --failure all --json -- dd if={snapshot} of={out} bs=64k >all.json ||
	e2e_status=$?
same 124 "$e2e_status" "exit, with read-hangs among them"
jq -r '.results[].failure' all.json | sort -u >met
# What only root can bring about is left out for anybody else, and nothing more.
[ "$(id -u)" = 0 ] || sed -i '/^target-full$/d' names
diff names met || fail "not every failure was brought about"
jq -c '.results[] | [.failure, .profile, .verdict, .remedy, .why]' all.json
jq -e 'all(.results[]; .fired >= 1)' all.json >/dev/null || fail "one has not struck"
jq -e 'all(.results[]; .leaks == [])' all.json >/dev/null || fail "one has left something"
jq -e 'all(.results[]; .remedy == "recovered" or
	(.remedy == "intact" and .verdict == "intact"))' all.json >/dev/null ||
	fail "one is not gone after its remedy"

# Without what helps, the next backup is none.  The files are as ours, but for a line.
broken()
{
	e2e_code=$1 e2e_why=$2 e2e_name=$3 e2e_line=$4
	sed "$e2e_line" "$e2e_root/scenarios/failures/$e2e_name.yaml" >"$e2e_name.yaml"
	! cmp -s "$e2e_root/scenarios/failures/$e2e_name.yaml" "$e2e_name.yaml" ||
		fail "'$e2e_line' changes nothing"
	e2e_status=0
	rig check --size 4MiB --failure "./$e2e_name.yaml" --json -- \
		dd if={snapshot} of={out} bs=64k >result.json || e2e_status=$?
	jq -c '[.verdict, .remedy, .why]' result.json
	same "$e2e_code" "$e2e_status" "exit without a remedy of $e2e_name"
	jq -r .why result.json | grep -qE -e "$e2e_why" || fail "does not say '$e2e_why'"
}
broken 1 "after the remedy" chain-too-long '/coalesce: wait/d'
broken 1 "after the remedy" sr-full-thin '/delete: old/d; /coalesce: wait/d'
broken 1 "after the remedy" sr-full-thick '/delete: old/d; /coalesce: wait/d'
broken 3 "coalesce: No space" coalesce-starved '/delete: old/d'
broken 4 "is still frozen" thaw-lost '/wait:/d; s/time-scale: 100/time-scale: 4/'
broken 4 "VSS_E_SNAPSHOT_SET_IN_PROGRESS" set-in-progress '/writers-notify:/d'
broken 1 "after the remedy" read-error 's/times=1//; /fault:/s/ snapshot=s1//'
[ "$(id -u)" != 0 ] || broken 1 "after the remedy" target-full '/target: none/d'
