#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Failures of a chain: each is brought about, seen in the rig, and gone after its remedy. A
# shadow of the live view tells what a snapshot holds, also while writers write.
# shellcheck disable=SC2016 # for the other shell
. "${0%/*}/../lib/e2e.sh"

requires jq
. "$e2e_root/tests/lib/e2e_check.sh"
check_size=4MiB
# FLAG: what a command of ours has left for the next time that it is called.
export FLAG="$work/flag"

# ---- each failure, a client that notices and one that does not ----

for failure in chain-too-long sr-full-thin sr-full-thick coalesce-starved; do
	checked 0 detected --failure "$failure" -- dd if={snapshot} of={out} bs=64k
	jq -e '.fired >= 1 and .profile == "xen"' result.json >/dev/null || fail "not struck"
	checked 1 silent-corruption --failure "$failure" -- \
		'cp {snapshot} {out} || cp {live} {out}'
done
# A run before it changes nothing of it.
checked 0 detected --steady --failure coalesce-starved -- dd if={snapshot} of={out} bs=64k
checked 0 intact --failure unhealthy-chain -- cp {snapshot} {out}
checked 0 detected --failure unhealthy-chain -- '[ -e "$FLAG" ] || { touch "$FLAG"; exit 1; }
	cp {snapshot} {out}'
rm "$FLAG"
checked 0 detected --failure orphans-after-crash -- dd if={snapshot} of={out} bs=64k
# Who takes the snapshot himself finds the chain as it was made; of his own nothing is to be seen.
takes='touch "$1" || exit 1; cp "$1" "$2"; rm "$1"'
checked 0 detected --takes --failure chain-too-long -- sh -c "$takes" sh {snapshot} {out}
checked 0 intact --takes --failure unhealthy-chain -- sh -c "$takes" sh {snapshot} {out}
# The remedy alone is no cure for a client that does not look again.
checked 1 detected --failure chain-too-long -- '[ ! -e "$FLAG" ] || exit 1
	touch "$FLAG"; cp {snapshot} {out}'

# ---- what the oracle knows of a chain ----

for takes in '' --takes; do
	touch="${takes:+touch \"\$1\";} cp \"\$1\" \"\$2\"${takes:+; rm \"\$1\"}"
	# shellcheck disable=SC2086 # none, or one word
	checked 0 intact --profile xen --writer storm $takes -- sh -c "$touch" sh {snapshot} {out}
done
checked 1 silent-corruption --profile xen --failure flipped-bits -- cp {snapshot} {out}
checked 0 detected --profile xen --failure read-error -- cp {snapshot} {out}
checked 0 detected --profile xen --failure rig-crash -- cp {snapshot} {out}

# ---- as a scenario; and that coalesce has something to merge is not taken on trust ----

cat >chain.yaml <<-END
	name: chain
	profile: xen
	coalesce: none
	volume: { size: 4MiB, content: random }
	client: dd
	phases:
	  - first:
	      - snapshots: { name: old, count: 3, bytes: 64KiB }
	      - write: { name: burst, pattern: random, bytes: 1MiB, start: "read.progress>=50%" }
	      - backup: { of: old-2, to: b1 }
	      - expect: { verdict: intact, gauge: "chain.depth>=4", live: intact }
	      - delete: old
	      - coalesce: wait
	      - snapshot: s1
	      - backup: { of: s1, to: b2 }
	      - expect: { verdict: intact, content: s1, live: intact, leaks: none }
END
rig run chain.yaml
# changed EXIT TEXT EXPRESSION - with another line, it ends so and prints that.
changed()
{
	sed "$3" chain.yaml >changed.yaml
	! cmp -s chain.yaml changed.yaml || fail "'$3' changes nothing"
	e2e_status=0
	rig run changed.yaml >tap || e2e_status=$?
	same "$1" "$e2e_status" "exit with $3"
	grep -qF -e "$2" tap || fail "does not say '$2': $(cat tap)"
}
changed 1 "gauge 'chain.depth' is 4, expected 5 at least" 's/chain.depth>=4/chain.depth>=5/'
changed 3 "coalesce was to starve" 's/coalesce: wait/coalesce: starves/'
changed 3 "was to meet ENOSPC, and did not" 's/bytes: 1MiB/bytes: 4KiB, fails: ENOSPC/'
sed 's/^profile: xen/profile: plain/; /^coalesce/d' chain.yaml >plain.yaml
refused 2 "plain.yaml:12:9: profile 'plain' has no chain to coalesce" rig validate plain.yaml
