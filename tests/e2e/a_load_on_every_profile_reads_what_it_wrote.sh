#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A load of several processes on mounts of every profile: whatever is written,
# discarded, zeroed, sought, mapped, snapshotted, cloned or deleted, and whenever
# the rig is killed, all reads as an array would, and snapshots stay.
#
# LOAD_OPERATIONS and LOAD_KILLS are shared by the variants; LOAD_VARIANTS names some, or
# `meddled` or `all`.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/load.sh"

operations=${LOAD_OPERATIONS:-2600}
kills=${LOAD_KILLS:-13}
# No multiple of any block.
size=$((6291456 + 3 * 512))

# shellcheck disable=SC2086 # words
case ${LOAD_VARIANTS:-} in
'') set -- $load_variants ;;
meddled) set -- $load_meddled ;;
all) set -- $load_variants $load_meddled ;;
*) set -- $LOAD_VARIANTS ;;
esac
seed=$SEED
number=0
for variant in "$@"; do
	seed=$((seed + 1000)) number=$((number + 1))
	if [ "$variant" = plain-device ] &&
		{ [ "$(id -u)" != 0 ] || ! losetup -f >/dev/null 2>&1; }; then
		echo "no loop device: $variant is left out"
		continue
	fi
	load_start "$variant" "$size" "$seed"
	# Half of a variant's share of the time, if it has one.
	seconds=3600
	[ -z "${BUDGET_SECONDS:-}" ] || seconds=$((BUDGET_SECONDS / 2 / $# + 1))
	load_run $seconds $((operations / $#))
	budget_is_over "$(load_count)" $((operations / $#)) "operations of $variant" \
		$((2 * number - 1)) $((2 * $#)) || :
	load_remount
	round=0
	while [ "$round" -lt $((kills / $#)) ] &&
		! budget_is_over $round $((kills / $#)) "kills of $variant" $number $#; do
		round=$((round + 1))
		load_kill "0.$(printf '%03d' $(((seed + round * 7919) % 700 + 20)))"
	done
	load_end
done
