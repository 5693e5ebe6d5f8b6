# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# e2e_refusals.sh - why an action makes no sense at a point; sourced after e2e_points.sh.
#
# shellcheck disable=SC2154 # $mnt and the like are of e2e.sh and e2e_points.sh

# refusal KIND ACTION - prints the reason; nothing if it makes sense at some point of the kind.
refusal()
{
	case $2-$1 in
	delay-*) echo "a mount cannot be used while it waits" ;;
	hang-*) echo "nobody could release it before the mount exists" ;;
	short-read | short-write)
		echo "below the mount a transfer is whole or fails (try live.* or snapshot.*)"
		;;
	short-*) echo "only reads and writes have a length" ;;
	stale-read) echo "only a snapshot can show the live view instead (try snapshot.read)" ;;
	zero-* | stale-*) echo "only a read brings bytes" ;;
	flip-append | tear-append | misdirect-append)
		echo "all stores share the old bytes (try store.append)"
		;;
	flip-* | misdirect-*) echo "no data is moved there" ;;
	tear-*) echo "only a write can be torn" ;;
	hole-*) echo "only a seek reports holes (try snapshot.seek)" ;;
	data-*) echo "only a seek reports data (try snapshot.seek)" ;;
	lost-* | missing-* | added-*)
		echo "no changes are reported there (try changed.read)"
		;;
	reply-*) echo "no door answers there (try xapi.call)" ;;
	drop-*) echo "only an acknowledged operation can be dropped" ;;
	fail-snapshot-*)
		echo "there is no snapshot there (try snapshot.read or cow.store)"
		;;
	esac
}

# is_refused POINT KIND RULE_ACTION
is_refused()
{
	row="$1 $3"
	e2e_status=0
	rig fault add "$mnt" "$row" >out 2>err || e2e_status=$?
	expect 2 "$e2e_status" "exit"
	expect "snaprig: cannot add the fault: '${3%%=*}' makes no sense at point '$1':\
 $(refusal "$2" "${3%%=*}") at column $((${#1} + 2))" "$(cat err)" "what is said"
}
