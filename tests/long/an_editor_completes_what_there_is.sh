#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# An editor with yaml-language-server offers every profile, client, failure, gauge, moment, point
# and key where one may stand, and marks what is wrong; in a matrix and in a failure, too.
. "${0%/*}/../lib/e2e.sh"
requires node jq
server=$e2e_root/build/lint/node_modules/yaml-language-server/bin/yaml-language-server
[ -e "$server" ] || skip "yaml-language-server is not in 'build/lint' (tools/deps lint-npm)"

# opened FILE SCHEMA - what an editor that has it open says, in said.  Each is offered within the
# time that a test has, or it hangs.
opened()
{
	sed -i "1i # yaml-language-server: \$schema=$e2e_root/scenarios/$2.schema.json" "$1"
	timeout 120 node "$e2e_root/tests/lib/editor.mjs" "$server" "$work/$1" >said ||
		fail "the editor: exit $?"
}
# offers LINE LIST - all names that `snaprig list LIST` has.
offers()
{
	rig list "$2" --json | jq -r ".\"$2\"[].name" | sort >wanted
	sed -n "s/^$1: //p" said | sed 's/ | /\n/g' | sort >offered
	[ -s wanted ] || fail "there are no $2"
	[ -z "$(comm -23 wanted offered)" ] ||
		fail "line $1 does not offer of the $2: $(comm -23 wanted offered | xargs)"
}
# has LINE WORD... - these are among them.
has()
{
	line=$1
	shift
	for word in "$@"; do
		sed -n "s/^$line: //p" said | sed 's/ | /\n/g' | grep -qxF -e "$word" ||
			fail "line $line does not offer '$word': $(cut -c1-200 said)"
	done
}
# has_rules LINE - for each point.
has_rules()
{
	for point in $(rig list points --json | jq -r '.points[].name'); do
		has "$1" "$point error=EIO"
	done
}

# steps INDENT - a step of each kind that names something.
steps()
{
	sed "s/^/$1/" <<'END'
- gauge:
    name: <?>
- fault: <?>
- release: <?>
- failure: <?>
- write:
    start: <?>
- expect:
    journal:
      point: <?>
- <?>
END
}
# told LINE - what the steps from LINE on offer.
told()
{
	offers $(($1 + 1)) gauges
	has_rules $(($1 + 2))
	offers $(($1 + 3)) gauges
	offers $(($1 + 4)) failures
	has $(($1 + 6)) 'read.progress>=50%' 'snapshot.age>=1s'
	offers $(($1 + 9)) points
	has $(($1 + 10)) snapshot backup expect repeat coalesce
}

printf '%s\n' 'name: x' 'profile: <?>' 'volume:' '  content: <?>' 'client: <?>' 'phases:' \
	'  - work:' >plain.yaml
steps '      ' >>plain.yaml
opened plain.yaml scenario
offers 3 profiles
has 5 zeros random
offers 6 clients
told 9

printf '%s\n' 'name: x-{a}' 'matrix: { a: [ 1, 2 ] }' 'profile: <?>' 'client: <?>' \
	'volume: { size: 1MiB, content: zeros }' 'phases:' '  - work:' >matrix.yaml
steps '      ' >>matrix.yaml
opened matrix.yaml scenario
offers 4 profiles
offers 5 clients
told 9

printf '%s\n' 'name: x' 'about: X.' 'profiles:' '  <?>' 'at: <?>' 'inject:' >failure.yaml
steps '  ' >>failure.yaml
opened failure.yaml failure
offers 5 profiles
has 6 'read.progress>=50%'
told 8

printf '%s\n' 'backup: x' 'restore: y' 'gives: <?>' '<?>' >adapter.yaml
opened adapter.yaml adapter
has 4 file lvm xapi
has 5 cleanup verify

printf '%s\n' 'pool: x' 'credentials: { user: a, password: b }' 'srs:' '  - type: <?>' \
	'vms: []' 'faults:' '  - <?>' >pool.yaml
opened pool.yaml pool
has 5 ext lvm
has_rules 8

# A mistake is marked, and nothing in one of ours.
printf '%s\n' 'name: x' 'profile: plan' 'volume: { size: 1MiB, content: zeros }' 'client: dd' \
	'phases:' '  - work:' '      - fault: snapshot.red error=EIO' >wrong.yaml
opened wrong.yaml scenario
grep -q '^wrong: 3: ' said || fail "a wrong profile is not marked: $(cat said)"
grep -q '^wrong: 8: ' said || fail "a wrong point is not marked: $(cat said)"
for file in failures/read-error.yaml clients/borg.yaml catalog/vss/diff-area-limit.yaml; do
	node "$e2e_root/tests/lib/editor.mjs" "$server" "$e2e_root/scenarios/$file" >said
	same "" "$(cat said)" "what is said of $file"
done
