#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# COUNT runs of the reference client, each of another seed, failure and moment: it is intact, or
# it has detected what there was to see, and nothing else is ever said of it.
. "${0%/*}/../lib/e2e.sh"

count=${COUNT:-200}

# below N WHICH - a number below N, of this round and no other.  To mawk all seeds are one that
# do not fit into an int.
below()
{
	awk -v seed="$(((SEED * 1000003 + round * 7919 + $2) % 2147483647))" -v n="$1" \
		'BEGIN { srand(seed); rand(); print int(rand() * n) }'
}

# break_it - what happens in this round, into the arguments of check.
break_it()
{
	at=$(below 95 1)
	case $(below 8 2) in
	0) set -- --fault "snapshot.read error=EIO offset=$(below 8000000 3)..8000001" ;;
	1) set -- --fault "snapshot.read error=EIO after=$(below 8 3) times=1" ;;
	2) set -- --fault "snapshot.read short=512 every=$((1 + $(below 4 3)))" ;;
	3) set -- --failure cow-overflow --at "read.progress>=$at%" ;;
	4) set -- --failure snapshot-removed --at "read.progress>=$at%" ;;
	5) set -- --failure memory-80 --at "read.progress>=$at%" ;;
	6) set -- --fault "snapshot.read delay=2ms chance=$((1 + at))%" --writer storm ;;
	7) set -- --writer trickle ;;
	esac
	printf '%s\n' "$@"
}

: >tally
round=0
while [ "$round" -lt "$count" ] && ! budget_is_over "$round" "$count" runs; do
	round=$((round + 1))
	break_it >words
	set --
	while read -r word; do
		set -- "$@" "$word"
	done <words
	set -- --size 8MiB --seed "$(below 1000000 4)" "$@" \
		--restore "$SNAPRIG restore {out} {restored}" -- \
		"$SNAPRIG" backup '{snapshot}' '{out}'
	e2e_status=0
	rig check --json "$@" >result.json 2>said || e2e_status=$?
	verdict=$(jq -r .verdict result.json)
	echo "$verdict" >>tally
	case $e2e_status-$verdict in
	# What comes near the end may come too late, which is said.
	0-intact | 0-detected | 3-inconclusive) ;;
	*)
		cat words result.json said
		fail "round $round: '$verdict', exit $e2e_status: $*"
		;;
	esac
done
sort tally | uniq -c
# Of few rounds chance may make anything.
[ "$round" -ge 40 ] || exit 0
[ "$(grep -c detected tally)" -gt $((round / 4)) ] || fail "little was there to be detected"
[ "$(grep -c intact tally)" -gt $((round / 8)) ] || fail "little was sound"
[ "$(grep -c inconclusive tally)" -lt $((round / 4 + 1)) ] || fail "little has struck"
