#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The rig is killed in the midst of coalesce, at thirty different moments (ROUNDS): all
# views read the same afterwards, and the work is taken up again and ended.
. "${0%/*}/../lib/e2e.sh"

requires jq
rounds=${ROUNDS:-30}
[ "$e2e_slow" = 1 ] && rounds=10
rate=12MiB
# On a machine that has much else to do the kill comes later, and so does the end.
read -r load _ </proc/loadavg
[ "${load%%.*}" -lt 6 ] || rate=6MiB
slowly="--profile xen --no-coalesce --coalesce-rate $rate"
# shellcheck disable=SC2086
mount_volume 8MiB $slowly

killed=0
for round in $(seq 1 "$rounds"); do
	for n in 1 2 3 4; do
		write_at $(((round * 31 + n * 1000) % 1900 * 4096)) 300000 "$mnt/live" "$round$n"
		touch "$mnt/snapshots/s$n"
	done
	write_at $((round % 7 * 400000)) 300000 "$mnt/live" "$round"
	rm "$mnt/snapshots/s1" "$mnt/snapshots/s2" "$mnt/snapshots/s4"
	(cd "$mnt" && sha256sum live snapshots/s3) >sums
	"$SNAPRIG" coalesce "$mnt" >/dev/null
	# From at once to after the end, which comes in less than a tenth of a second.
	sleep "$(printf '0.0%02d' $((round * 7 % 50)))"
	[ "$(status .chain.coalesce.state)" = idle ] || killed=$((killed + 1))
	kill_rig
	# shellcheck disable=SC2086
	rig mount "$image" "$mnt" $slowly 2>said || fail "$(cat said)"
	(cd "$mnt" && sha256sum --quiet -c "$work/sums") || fail "round $round: a view changed"
	rig coalesce "$mnt" --wait
	same 2 "$(status .chain.depth)" "depth in round $round"
	(cd "$mnt" && sha256sum --quiet -c "$work/sums") ||
		fail "round $round: a view changed later"
	rm "$mnt/snapshots/s3"
	rig coalesce "$mnt" --wait
done
echo "$killed of $rounds kills met coalesce at work"
[ "$killed" -ge $((rounds / 4)) ] || fail "too few kills met coalesce at work"
