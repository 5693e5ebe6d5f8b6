#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A scenario with a matrix is a scenario for each of its cells, to whatever takes scenarios: it
# is chosen, run, reported, recorded and repeated by its name.
# shellcheck disable=SC1083 # words of the matrix
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"
requires jq

cat >cells.yaml <<'END'
name: cells-{client}
about: A bad sector under {client}, and {other} is no word of this matrix.
matrix:
  - { client: dd, verdict: detected, says: "Input/output error" }
  - { client: dd-gzip, verdict: silent-corruption, says: "Input/output error" }
  - { client: cat-zstd, verdict: detected, says: nothing of it }
profile: plain
volume: { size: 4MiB, content: random }
client: "{client}"
phases:
  - inject:
      - snapshot: s1
      - fault: snapshot.read error=EIO offset=2MiB..
      - backup: { of: s1, to: b1 }
      - expect: { verdict: "{verdict}", says: "{says}" }
END
one()
{
	sed "$1" cells.yaml >"$2.yaml"
}

same "ok cells.yaml" "$(rig validate cells.yaml)" "what is valid"
rig run cells.yaml --list >names
printf 'cells-%s\n' dd dd-gzip cat-zstd | cmp - names || fail "other names"
mkdir -p "$SNAPRIG_SHARE/catalog"
cp cells.yaml "$SNAPRIG_SHARE/catalog"
same "cells-dd-gzip A bad sector under dd-gzip, and {other} is no word of this matrix." \
	"$(rig list scenarios --json | jq -r '.scenarios[1] | .name + " " + .about')" "the list"
rig run cells.yaml --list --shard 1/2 >shard.1
rig run cells.yaml --list --shard 2/2 >shard.2
cat shard.1 shard.2 | sort >both
sort names | cmp - both || fail "the shards are not the list"

# ---- what ran ----

ran 1 cells.yaml --jobs 2 --record records --report json=all.json --report html=page.html
same "passed passed failed" "$(jq -r '[.scenarios[].outcome] | join(" ")' all.json)" "outcomes"
jq -r '.scenarios[2] | (.steps[] | select(.outcome == "failed") | .line), .message' all.json >why
same 15 "$(head -n 1 why)" "the line where it failed"
grep -q "the client did not say 'nothing of it'" why || fail "the words of another cell"
grep -q '^<mark>  15 .*</mark>$' page.html || fail "no line is marked on the page"
repeat=$(jq -r '.scenarios[2].replay' all.json)
same "snaprig run cells.yaml --seed 0 --filter cells-cat-zstd" "$repeat" "what repeats it"
# shellcheck disable=SC2086 # words
ran 1 ${repeat#snaprig run }
same 1 "$(grep -c '^\(not \)\?ok' tap)" "scenarios of the line that repeats one"

same 3 "$(find records -type f | wc -l)" "records"
rig replay records/cells-dd-gzip.jsonl | tee said
grep -q '^replayed   passed: b1 silent-corruption$' said || fail "another one was replayed"
same "1 detected" "$(rig shrink records/cells-dd.jsonl --json |
	jq -r '[(.rules | length), (.verdict | split(" ")[-1])] | join(" ")')" "what shrink leaves"
sed -i 's/name: cells/name: others/' cells.yaml
refused 2 "cells.yaml' has no scenario 'cells-dd' any more" rig replay records/cells-dd.jsonl

# ---- mistakes ----

one '/nothing of it/s/detected/detectd/' wrong
refused 2 "^wrong.yaml:6:34: in 'others-cat-zstd': unknown value 'detectd' for 'verdict' \(did" \
	rig validate wrong.yaml
one 's/dd-gzip/dd-gzipp/' wrong
refused 2 "^wrong.yaml:5:15: in 'others-dd-gzipp': unknown client 'dd-gzipp'" rig run wrong.yaml
one 's/name: .*/name: one/' wrong
refused 2 "^wrong.yaml:1:7: two scenarios of the matrix are named 'one'" rig run wrong.yaml
# One for all three.
one 's/profile: .*/profile: plian/' wrong
rig validate wrong.yaml 2>said && fail "a mistake was not found"
same "wrong.yaml:7:10: unknown profile 'plian' (did you mean 'plain'?)" "$(cat said)" "mistakes"
cp cells.yaml again.yaml
refused 2 "^again.yaml:1:7: scenario 'others-dd' is also at cells.yaml:1:7" \
	rig run cells.yaml again.yaml
nothing_left
