#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `kill -9` at random moments under write load: after each, every acknowledged
# write is there and every snapshot digests as before.
. "${0%/*}/../lib/e2e.sh"

requires setsid awk
rounds=${ROUNDS:-10}
blocks=4096
snapshots=

mount_volume 16MiB
write_at 0 $((16 << 20)) "$mnt/live"
"$E2E_TOOLS/ledger_writer" create ledger "$blocks"

# Milliseconds to live, from the seed.
moments=$(awk -v seed="$SEED" -v rounds="$rounds" \
	'BEGIN { srand(seed); while (rounds--) print int(20 + 230 * rand()) }')

check_snapshots()
{
	for name in $snapshots; do
		same "$(cat "$name.digest")" "$(digest "$mnt/snapshots/$name")" \
			"round $round: snapshot $name"
	done
}

round=0
for moment_ms in $moments; do
	round=$((round + 1))
	"$E2E_TOOLS/ledger_writer" write "$mnt/live" ledger $((SEED * 1000 + round)) &
	writer=$!
	if [ $((round % 4)) = 1 ]; then
		name=s$round
		touch "$mnt/snapshots/$name"
		digest "$mnt/snapshots/$name" >"$name.digest"
		snapshots="${snapshots:+$snapshots }$name"
	fi
	sleep "$(awk -v ms="$moment_ms" 'BEGIN { print ms / 1000 }')"
	kill_rig
	wait "$writer" || fail "round $round: the writer says $?"

	rig mount "$image" "$mnt" 2>said || {
		cat said
		fail "round $round: does not mount again"
	}
	"$E2E_TOOLS/ledger_writer" verify "$mnt/live" ledger || fail "round $round: lost a write"
	check_snapshots
	# Few at a time, and each of them through several crashes.
	if [ "$(echo "$snapshots" | wc -w)" -gt 4 ]; then
		oldest=${snapshots%% *}
		rm "$mnt/snapshots/$oldest"
		snapshots=${snapshots#* }
	fi
done
cat said
same "$snapshots" "$(names_of "$mnt/snapshots")" "snapshots"
echo "$rounds rounds, seed $SEED"
