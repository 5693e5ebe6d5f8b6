#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a failed scenario's reports hold: why, and the last lines of what the client and the
# kernel said, whatever bytes these are; and its logs are kept for the CI to collect.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"
requires xmllint jq

# Half of it is no text: controls, ends of XML, tags, halves of characters, a 0, a million lines.
client hostile "seq 1000000; echo x >\"\$(dirname {log})/a<b&c.log\"
  cd \"\$(dirname {log})\" && mkdir d && echo x >d/e.log && mkfifo pipe.log
  printf 'a]]>b<script>&amp;\\033[31m\\000z\\303\\n\\377\\n' >&2; exit 1" "cat {out} >{restored}"
client good "cat {snapshot} >{out}" "cat {out} >{restored}"
client absent "true" "true" "requires: [ no-such-tool ]"
steps='- backup: { of: s1, to: b1 }
- expect: { verdict: intact }'
printf -- '- write: { name: w, pattern: random, bytes: 8MiB }\n%s\n' "$steps" |
	scenario hostile hostile random
echo "$steps" | scenario good good zeros
echo "$steps" | scenario absent absent zeros
printf -- '- fault: "snapshot.read error=EIO when=store.used>=90%%"\n%s\n' "$steps" |
	scenario idle good zeros

mkdir -p kept/good
echo old >kept/good/b1.backup.log
echo mine >kept/mine
ran 1 hostile.yaml good.yaml absent.yaml idle.yaml --report junit=r.xml --report tap=r.tap \
	--report jenkins=strict.xml --report json=r.json --artifacts kept

xmllint --noout r.xml || fail "no XML"
xmllint --noout --schema "$e2e_fixtures/reports/junit-strict.xsd" strict.xml ||
	fail "not as Jenkins has it"
! xmllint --noout --schema "$e2e_fixtures/reports/junit-strict.xsd" r.xml 2>/dev/null ||
	fail "the schema is not strict"
cmp tap r.tap || fail "the report is not what was printed"

# x XPATH - of the report.
x()
{
	xmllint --xpath "$1" r.xml
}

same "1 1 1" "$(x 'count(//failure)') $(x 'count(//error)') $(x 'count(//skipped)')" "kinds"
same "1 1 1" "$(x 'string(/testsuites/@failures)') $(x 'string(/testsuites/@errors)') \
$(x 'string(/testsuites/@skipped)')" "counts"
same "inconclusive" "$(x 'string(//error/@type)')" "type of an error"
x 'string(//failure)' >text
for text in 'expected verdict intact' 'replay: snaprig run hostile.yaml' \
	'---- b1.backup.log, its last lines ----' \
	'^1000000$' 'a]]>b<script>&amp;' '---- kernel.log ----' 'max size' \
	"$(printf '\357\277\275')\[31m?z?\$"; do
	grep -qe "$text" text || fail "the failure does not tell '$text'"
done
! grep -qx '999951' text || fail "more than 50 lines of the client"
[ "$(wc -c <r.xml)" -lt 40000 ] || fail "the report is not bounded"

x 'string(//failure/../system-out)' | sed -n 's/^\[\[ATTACHMENT|\(.*\)\]\]$/\1/p' >attached
[ "$(wc -l <attached)" -ge 2 ] || fail "no attachments"
while read -r file; do
	[ -s "$file" ] || fail "'$file' is not there"
done <attached

# Logs of what did not pass, whole; nothing of what did, and what is not ours stays.
same "1000002" "$(wc -l <kept/hostile/b1.backup.log)" "lines that are kept"
for file in hostile/kernel.log hostile/events.jsonl hostile/status.json idle/b1.backup.log mine; do
	[ -e "kept/$file" ] || fail "no kept/$file"
done
same "hostile idle mine" "$(cd kept && echo *)" "what is kept"

same "failed true kept/hostile" "$(jq -r '.scenarios[0] | [.outcome,
	(.logs[] | select(.name == "b1.backup.log").cut), .artifacts] | join(" ")' r.json)" "JSON"
tells '^        - "1000000"$'
refused 2 "cannot keep artifacts in 'good.yaml': Not a dir" rig run good.yaml --artifacts good.yaml
nothing_left
