#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The rig is killed in the midst of coalesce, in 12 rounds (ROUNDS): all views read the
# same afterwards, and the work is taken up again and ended.  In two rounds of three a rule
# holds it at a point, in the others chance says where it is.
. "${0%/*}/../lib/e2e.sh"

requires jq
rounds=${ROUNDS:-12}
[ "$e2e_slow" = 1 ] && rounds=10
slowly="--profile xen --no-coalesce --coalesce-rate 12MiB"
# shellcheck disable=SC2086
mount_volume 8MiB $slowly

# hold_it ROUND - coalesce stops at a point that is another one in each round.
hold_it()
{
	case $(($1 % 6)) in
	1) rig fault add "$mnt" 'coalesce.copy hang times=1' ;;
	2) rig fault add "$mnt" 'coalesce.relink hang times=1' ;;
	4) rig fault add "$mnt" 'coalesce.copy hang times=1 after=1' ;;
	5) rig fault add "$mnt" 'coalesce.relink hang times=1 after=1' ;;
	esac >/dev/null
}

has_struck()
{
	"$SNAPRIG" fault list "$mnt" --json | jq -e '.faults[0].fired == 1' >/dev/null
}

for round in $(seq 1 "$rounds"); do
	for n in 1 2 3 4; do
		write_at $(((round * 31 + n * 1000) % 1900 * 4096)) 300000 "$mnt/live" "$round$n"
		touch "$mnt/snapshots/s$n"
	done
	write_at $((round % 7 * 400000)) 300000 "$mnt/live" "$round"
	rm "$mnt/snapshots/s1" "$mnt/snapshots/s2" "$mnt/snapshots/s4"
	(cd "$mnt" && digests live snapshots/s3) >sums
	hold_it "$round"
	"$SNAPRIG" coalesce "$mnt" >/dev/null
	if [ $((round % 3)) = 0 ]; then
		# From at once to after the end, which comes in less than a tenth of a second.
		sleep "$(printf '0.0%02d' $((round * 7 % 50)))"
	else
		wait_until 60 has_struck || fail "round $round: coalesce did not come by"
	fi
	kill_rig
	# shellcheck disable=SC2086
	rig mount "$image" "$mnt" $slowly 2>said || fail "$(cat said)"
	(cd "$mnt" && have_digests "$work/sums") || fail "round $round: a view changed"
	rig coalesce "$mnt" --wait
	same 2 "$(status .chain.depth)" "depth in round $round"
	(cd "$mnt" && have_digests "$work/sums") ||
		fail "round $round: a view changed later"
	rm "$mnt/snapshots/s3"
	rig coalesce "$mnt" --wait
done
