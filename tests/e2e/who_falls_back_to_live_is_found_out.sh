#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A client that gets no snapshot, saves the live view and says that all was well is never
# intact; one that looked at the live view beside its snapshot is.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

requires jq

refusal='snapshot.commit error=0x8004231f'

# judged CODE VERDICT FELL_BACK COMMAND [OPTION...] - of a client that takes its snapshot.
judged()
{
	e2e_code=$1 e2e_verdict=$2 e2e_fell_back=$3 e2e_command=$4
	shift 4
	e2e_status=0
	rig check --size 4MiB --takes --profile vss --json "$@" -- "$e2e_command" >result.json ||
		e2e_status=$?
	jq -c '[.verdict, .run.live_read_bytes, .why]' result.json
	same "$e2e_code $e2e_verdict $e2e_fell_back" \
		"$e2e_status $(jq -r '"\(.verdict) \(.run.fell_back)"' result.json)" "$e2e_command"
}

says()
{
	jq -r .why result.json | grep -qE -e "$1" || fail "does not say '$1'"
}

take='touch {snapshot} 2>/dev/null'
either='cp {snapshot} {out} 2>/dev/null || cp {live} {out}; rm -f {snapshot}'

# It was lucky: nobody wrote.  That is no backup of a snapshot.
judged 3 inconclusive true "$take; $either" --fault "$refusal"
says 'nobody wrote to the live view in the meantime; compared with that: all 1024 blocks are the'
says 'it read 4 MiB of the live view, and no good snapshot'
judged 3 inconclusive true 'cp {live} {out}'

# Somebody wrote before, between or behind its reads.
half='dd if={live} of={out} bs=1M conv=notrunc status=none count=2'
other="$half skip=2 seek=2"
wrote='dd if=/dev/urandom of={live} bs=4k count=3 conv=notrunc status=none'
for when in "$wrote; $half; $other" "$half; $wrote; $other" "$half; $other; $wrote"; do
	judged 1 silent-corruption true "$take; $when" --fault "$refusal"
	says 'the live view and not a snapshot \(which was written to in the meantime'
done

# What it saved is something else, or a part.
judged 1 silent-corruption true \
	"$take; $half; $other; printf x | dd of={out} conv=notrunc status=none" --fault "$refusal"
says '1 of 1024 blocks differ'
judged 1 silent-corruption true "$take; $half" --fault "$refusal"

# One that stops is right.
judged 0 detected false "$take || exit 1; $either" --fault "$refusal"

# These have a snapshot: the live view is beside it.
judged 0 intact false "$take; $either"
judged 0 intact false "$half; rm {out}; $take; cp {snapshot} {out}; rm {snapshot}"
judged 0 intact false "$take || { $half; rm {out}; $take; }; cp {snapshot} {out}; rm {snapshot}" \
	--fault "$refusal times=1"
judged 1 silent-corruption false "$take; cat {snapshot} >{out}; rm {snapshot}
	printf x | dd of={out} conv=notrunc status=none"

# For people, and of a snapshot that was to be there.
e2e_status=0
rig check --size 4MiB --failure writer-f1 -- \
	'cp {snapshot} {out} 2>/dev/null || cp {live} {out}' >printed || e2e_status=$?
same 1 "$e2e_status" "exit of who is given none, and saves the live view"
grep -qx 'live       4 MiB of it read, and no good snapshot' printed || fail "$(cat printed)"

# So it is with a tree.
if [ "$(id -u)" = 0 ] && timeout 20 losetup -f >/dev/null 2>&1; then
	cat >tree.yaml <<-'END'
		backup: >
		  touch {snapshot} 2>/dev/null; mkdir t && mount -o loop,ro,noload {live} t &&
		  tar -C t -cf {out} .; umount t; rmdir t
		restore: "tar -C {restored} -xpf {out}"
		compares: tree
		takes: snapshot
	END
	cat >scenario.yaml <<-END
		name: tree
		seed: 7
		profile: vss
		volume: { size: 16MiB, content: { ext4: { files: 20, bytes: 1MiB } } }
		client: ./tree.yaml
		phases:
		  - inject:
		      - fault: "$refusal"
		      - backup: { takes: s1, to: b1 }
		      - expect: { verdict: inconclusive }
	END
	rig run scenario.yaml >tap || fail "$(cat tap)"
	grep -q 'nobody wrote to the live view in the meantime' tap || fail "$(cat tap)"
fi
