#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What an editor checks by a schema: every scenario of the catalog passes, those with a matrix, too,
# every failure, adapter and pool; slips of the pen do not; and each file names its schema.
# shellcheck disable=SC2016 # of patterns
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_schema.sh"
requires python3 jq
python3 -c 'import jsonschema, yaml' 2>/dev/null ||
	skip "python3-jsonschema and python3-yaml are not installed"

# An editor finds the schema by the second line of each file, from beside it; installed, too, as
# the folders lie below each other alike.  What it finds there calls itself so.
find "$e2e_root/scenarios/catalog" "$e2e_root/scenarios/failures" "$e2e_root/scenarios/clients" \
	-name '*.yaml' >shipped
while IFS= read -r file; do
	case $file in
	*/failures/*) name=failure ;;
	*/clients/*) name=adapter ;;
	*) name=scenario ;;
	esac
	named=$(sed -n '2s/^# yaml-language-server: $schema=//p' "$file")
	[ -n "$named" ] || fail "$file: its second line names no schema for editors"
	same "$e2e_root/scenarios/$name.schema.json" "$(realpath "${file%/*}/$named")" \
		"the schema of $file"
	echo "$name $file" >>documents
done <shipped
for name in failure adapter scenario pool; do
	same "$name.schema.json" "$(jq -r '."$id"' "$e2e_root/scenarios/$name.schema.json")" \
		"what the schema of a $name calls itself"
done
[ "$(sed 's/ .*//' documents | sort -u | wc -l)" = 3 ] || fail "a kind of file is missing"

cat >good.yaml <<'END'
name: x-{client}
matrix: { client: [ dd, cp ], exit: [ 0, zero ], point: [ snapshot, live ], at: [ 50%, 60% ] }
profile: plain
volume: { size: 1MiB, content: zeros }
client: "{client}"
phases:
  - work:
      - snapshot: s
      - fault: "{point}.read error=EIO"
      - write: { name: w, pattern: random, bytes: 1MiB, start: "read.progress>={at}" }
      - backup: { of: s, to: b }
      - expect: { exit: "{exit}", journal: { event: fault.fired, point: "{point}.read" } }
END
cat >plain.yaml <<'END'
name: x
profile: plain
volume: { size: 1MiB, content: zeros }
client: mine
phases:
  - work:
      - snapshot: s
      - fault: snapshot.read error=EIO
      - failure: read-error
      - repeat:
          times: 2
          steps:
            - write: { name: w, pattern: random, bytes: 1MiB, start: "read.progress>={n}0%" }
            - fault: "snapshot.read error=EIO name=r{n}"
      - backup: { of: s, to: b }
      - expect: { gauge: "chain.depth>=2", journal: { event: fault.fired, point: live.read } }
END
cat >failure.yaml <<'END'
name: x
about: Something happens.
profiles: { xen: [], plain: [ { state: failed, snapshot: s1 } ] }
at: read.progress>=25%
inject:
  - write: { name: w, pattern: random, bytes: 75%, start: "{at}" }
  - fault: snapshot.read crash when={at}
END
cat >adapter.yaml <<'END'
backup: cat {snapshot} >{out}
restore: cat {out} >{restored}
gives: file
END
sed -n '/^```yaml/,/^```/p' "$e2e_root/docs/how-to-xen-orchestra.md" | sed '/^```/d' |
	sed -n '1,/^vms/p' >pool.yaml
echo 'faults: [ xapi.call reply=reset ]' >>pool.yaml
printf '%s\n' "scenario good.yaml" "scenario plain.yaml" "failure failure.yaml" \
	"adapter adapter.yaml" "pool pool.yaml" >>documents

# slip SCHEMA FILE SED - FILE, changed so, is not as its schema says.
slips=0
slip()
{
	slips=$((slips + 1))
	sed "$3" "$2.yaml" >"slip$slips.yaml"
	! cmp -s "$2.yaml" "slip$slips.yaml" || fail "'$3' changes nothing"
	echo "$1 slip$slips.yaml" >>documents
	echo "slip$slips.yaml $2: $3" >>slips
}
slip scenario good 's/^profile/profil/'
slip scenario good 's/x-{client}/x/'
slip scenario good 's/{ client: \[ dd, cp \].*/{ client: [], exit: [ 0 ] }/'
slip scenario good 's/matrix: .*/matrix: [ { client: dd, exit: [ 0 ] } ]/'
slip scenario good 's/matrix: .*/matrix: []/'
slip scenario good '/^matrix/d'
slip scenario good 's/profile: plain/profile: plan/'
slip scenario good 's/- backup/- bakcup/'
slip scenario good 's/"{point}.read error/"snapshot.red error/'
slip scenario good 's/read.progress/read.progres/'
slip scenario good 's/fault.fired/fault.fried/'
slip scenario plain 's/profile: plain/profile: plan/'
slip scenario plain 's/client: mine/client: m ine/'
slip scenario plain 's/snapshot.read/snapshot.red/'
slip scenario plain 's/live.read/live.red/'
slip scenario plain 's/chain.depth/chain.deep/'
slip failure failure 's/xen/xenserver/'
slip failure failure 's/read.progress/progress/'
slip failure failure 's/- fault/- falut/'
slip failure failure 's/snapshot.read/snapshot/'
slip adapter adapter 's/gives: file/gives: fil/'
slip adapter adapter 's/^backup/bakup/'
slip pool pool 's/xapi.call/xapi.cal/'
slip pool pool 's/type: ext/type: ext4/'

by_schema <documents >said || true
grep -v '^ok ' said >wrong || true
while read -r file what; do
	grep -q "^$file: " wrong || fail "this slip is not found: $what"
done <slips
! grep -v '^slip[0-9]*\.yaml: ' wrong || fail "these are not as their schemas say"
echo "$(grep -c '^ok ' said) files are as their schemas say, $slips slips are not"
