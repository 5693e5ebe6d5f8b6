#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The schemas by which an editor completes name every profile, gauge, point, client and failure that
# there is (tools/schemas), and what they give as an example is accepted.
. "${0%/*}/../lib/e2e.sh"
requires jq bash diff

# What is in the repository.  `make commands` writes it.
"$e2e_root/tools/schemas" "$SNAPRIG" --check >difference 2>&1 ||
	fail "the schema lacks something: $(cat difference)"

schema=$e2e_root/scenarios/scenario.schema.json
# words NAME - those of a definition.
words()
{
	jq -r ".\"\$defs\".\"$1\" | [.. | .enum? // empty] | add[]" "$schema"
}
for list in profiles gauges points clients failures; do
	rig list $list --json | jq -r ".${list}[].name" >there
	[ "$(wc -l <there)" -ge 7 ] || fail "there are few $list"
	words "${list%s}-name" >known
	same "$(cat there)" "$(cat known)" "$list"
done

# A step in a scenario with a matrix, or of a failure, is one that any scenario may have.
same "$(jq -r '."$defs".step.properties | keys[]' "$schema")" \
	"$(jq -r '."$defs".steps.items.properties | keys[]' "$schema")" "steps"

# Each rule, moment, wish and writer that an editor offers can be written.
examples()
{
	jq -r ".\"\$defs\".\"$1\".examples[]" "$schema"
}
examples rule >rules
rig list points --json | jq '[.points[] | (.actions | length) + (.replies | length) -
	(if .replies == [] then 0 else 1 end)] | add' >count
same "$(cat count)" "$(wc -l <rules)" "each point with each action and reply"
{
	printf 'name: x\nprofile: xen\nvolume: { size: 1MiB, content: zeros }\nclient: dd\n'
	printf 'writers:\n'
	examples writer | jq -R . | sed 's/^/  - /'
	printf 'phases:\n  - work:\n      - snapshot: s1\n      - fault:\n'
	sed 's/.*/          - "&"/' rules
	examples moment | awk '{ print "      - write: { name: w" NR ", pattern: random, " \
		"bytes: 4KiB, start: \"" $0 "\" }" }'
	printf '      - backup: { of: s1, to: b1 }\n'
	examples gauge-wish | sed 's/.*/      - expect: { gauge: "&" }/'
	examples error-name | sed 's/.*/      - expect: { snapshot: s1, state: failed, error: & }/'
} >all.yaml
rig validate all.yaml >said 2>&1 || fail "an editor offers what is refused: $(cat said)"
for name in moment gauge-wish; do
	same "$(words gauge-name | wc -l)" "$(examples $name | wc -l)" "examples of a $name"
done

# A copy that lacks something is found out, and mended.
mkdir -p copy/tools copy/scenarios
cp "$e2e_root"/tools/schemas* copy/tools
is_mended()
{
	sed "$1" "$schema" >copy/scenarios/scenario.schema.json
	! copy/tools/schemas "$SNAPRIG" --check >said 2>&1 || fail "nothing is wrong after '$1'"
	grep -q "$2" said || fail "expected '$2', got: $(cat said)"
	copy/tools/schemas "$SNAPRIG" >said
	cmp copy/scenarios/scenario.schema.json "$schema" || fail "'$1' was not mended"
}
is_mended 's/"cow.store", //' '^+.*"cow.store"'
is_mended 's/"read-hangs", //' '^+.*"read-hangs"'
is_mended 's/ "snapshot.read zero",//' '^+.*"snapshot.read zero"'
sed '/"point-name": {/d' "$schema" >copy/scenarios/scenario.schema.json
! copy/tools/schemas "$SNAPRIG" --check >said 2>&1 || fail "a definition is not missed"
grep -q 'no one line defines: point-name' said || fail "got: $(cat said)"
