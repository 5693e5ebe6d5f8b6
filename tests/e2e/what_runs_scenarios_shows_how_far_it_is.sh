#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What runs scenarios for longer than two seconds shows on a terminal how many of its runs,
# steps or checks are over, and takes the line away at its end; a file gets nothing of it.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"
. "$e2e_root/tests/lib/e2e_terminal.sh"

requires jq script gzip
# A run counts its scenarios, and leaves its lines whole.
cat >slow.yaml <<-EOF
	name: slow
	about: A backup that takes its time.
	profile: plain
	volume: { size: 8MiB, content: random }
	client: reference
	phases:
	  - steady:
	      - snapshot: s0
	      - fault: snapshot.read delay=500ms
	      - backup: { of: s0, to: b0 }
	      - expect: { verdict: intact }
EOF
on_terminal run "'$SNAPRIG' run slow.yaml"
drew run 'run  \[\.*\]  0%  0 of 1 scenarios  for [0-9]+ s'
tr '\r' '\n' <run | sed "s/^$(printf '\033')\[K//" | grep -q '^ok 1 ' || fail "$(cat -v run)"

# A replay counts its steps.
sed -i 's/delay=500ms/delay=500ms times=6/' slow.yaml
rig run slow.yaml --record records >/dev/null 2>said
drew_nothing said
rig replay records/slow.jsonl >/dev/null 2>said &
filed=$!
on_terminal replay "'$SNAPRIG' replay records/slow.jsonl"
drew replay 'replay  \[#+\.*\]  [1-9][0-9]*%  [1-3] of 4 steps  [0-9.]+ a minute  [0-9]+ s left'
wait "$filed" || fail "exit $? of a replay into a file"
drew_nothing said

# How many runs a shrink needs nobody knows before.
rig shrink records/slow.jsonl >/dev/null 2>said &
filed=$!
on_terminal shrink "'$SNAPRIG' shrink records/slow.jsonl"
drew shrink 'shrink  ([1-9][0-9]* runs  [0-9.]+ a minute  )?for [0-9]+ s'
wait "$filed" || fail "exit $? of a shrink into a file"
drew_nothing said

# A matrix counts its checks, and a demo is one.
cat >"$SNAPRIG_SHARE/clients/lazy.yaml" <<-'EOF'
	about: A copy that takes its time.
	backup: "sleep 3; cp {snapshot} {out}"
	restore: "cp {out} {restored}"
	publishes: [ "{out}" ]
EOF
rig matrix lazy --failures none --size 2MiB >/dev/null 2>said &
filed=$!
on_terminal matrix "'$SNAPRIG' matrix lazy --failures none --size 2MiB"
drew matrix 'checks  \[\.*\]  0%  0 of 1 checks  for [0-9]+ s'
wait "$filed" || fail "exit $? of a matrix into a file"
drew_nothing said

cp -r "$e2e_root/scenarios/." "$SNAPRIG_SHARE"
sed -i 's/^requires: .*/requires: [ no-such-tool ]/' "$SNAPRIG_SHARE"/clients/*.yaml
sed -i 's/^requires: .*/requires: [ dd ]/; s/^backup: "/&sleep 1; /' \
	"$SNAPRIG_SHARE/clients/dd.yaml"
rig demo >/dev/null 2>said &
filed=$!
on_terminal demo "'$SNAPRIG' demo"
drew demo 'checks  \[#*\.*\]  [0-9]+%  [0-9]+ of [0-9]+ checks .*[0-9]+ s( left)?'
wait "$filed" || fail "exit $? of a demo into a file"
drew_nothing said
