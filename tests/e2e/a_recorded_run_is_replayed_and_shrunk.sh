#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A run is written down and repeated, fault by fault; and of twelve rules, of
# which two are needed for what came of it, two are left.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

requires jq
# It tries a second time: one error is not enough.
dd="dd if={snapshot} of={out} bs=1M status=none"
client stubborn "$dd || $dd" "dd if={out} of={restored} bs=1M status=none"

scenario twelve stubborn random <<END
- fault:
    - snapshot.read error=EIO offset=8MiB.. times=1
    - snapshot.read error=EIO offset=16MiB.. times=1
    - snapshot.read delay=1ms offset=1MiB.. times=1
    - snapshot.read delay=1ms offset=2MiB.. times=2
    - snapshot.read delay=2ms offset=3MiB.. times=1
    - snapshot.read delay=1ms chance=20%
    - snapshot.read delay=1ms offset=4MiB..5MiB
    - snapshot.read delay=3ms after=2 times=1
    - snapshot.open delay=1ms
    - origin.read delay=1ms times=3
    - origin.read delay=1ms offset=6MiB.. times=1
    - control.command delay=1ms times=1
- backup: { of: s1, to: b1 }
- expect: { verdict: detected, exit: nonzero }
END
refused 2 "cannot record in 'twelve.yaml': Not a dir" rig run twelve.yaml --record twelve.yaml
ran 0 twelve.yaml --record records
same "passed: b1 detected" "$(tail -n 1 records/twelve.jsonl | jq -r .verdict)" "the verdict"

rig replay records/twelve.jsonl >said || fail "exit $? of replay: $(cat said)"
cat said
grep -qE '^faults +([0-9]+) of \1 struck again$' said || fail "not all struck at the same places"
rig replay records/twelve.jsonl --json | jq -e '.same and .faults == .struck' >/dev/null ||
	fail "the JSON of replay"

rig shrink records/twelve.jsonl >left || fail "exit $? of shrink"
sed 's/^/  left: /' left
same 2 "$(wc -l <left)" "rules that are left"
sort left | cut -d' ' -f1-3 >sorted
printf 'snapshot.read error=EIO offset=%sMiB..\n' 16 8 |
	diff - sorted || fail "other rules are left"
nothing_left

# With those alone the same comes of it.
{
	sed '/fault:/,$d' twelve.yaml
	sed 's/.*/      - fault: "&"/' left
	sed -n '/backup:/,$p' twelve.yaml
} >two.yaml
sed -i 's/^name: .*/name: two/' two.yaml
ran 0 two.yaml

# Chance is repeated by when it came up, and bits that were turned are turned again.
scenario chance stubborn random <<END
- fault: snapshot.read flip=1 chance=25%
- backup: { of: s1, to: b1 }
- expect: { verdict: silent-corruption }
END
ran 0 chance.yaml --record records
rig replay records/chance.jsonl >said || fail "exit $? of replay: $(cat said)"
rig shrink records/chance.jsonl >left || fail "exit $? of shrink"
same 1 "$(wc -l <left)" "hits that are left of a rule"

# A fault that never struck is as idle the second time.
scenario idle stubborn random <<END
- fault: snapshot.read error=EIO after=100000
- backup: { of: s1, to: b1 }
- expect: { verdict: intact }
END
ran 3 idle.yaml --record records
rig replay records/idle.jsonl || fail "exit $? of replay"

# What is no record, or of what is not there any more.
refused 2 "cannot read record 'none'" rig replay none
echo '{"event": "mounted"}' >other.jsonl
refused 2 "other.jsonl:1: it does not say what was run" rig replay other.jsonl
head -n 3 records/twelve.jsonl >cut.jsonl
refused 2 "cut.jsonl:3: it ends before the verdict" rig shrink cut.jsonl
{ cat records/idle.jsonl; echo '{"event": "journal.dropped", "events": 9}'; } >full.jsonl
refused 2 "the journal was full" rig replay full.jsonl
printf 'nonsense\n' >>cut.jsonl
refused 2 "cut.jsonl:4: it is not a JSON object" rig replay cut.jsonl
rm twelve.yaml
refused 2 "twelve.yaml" rig replay records/twelve.jsonl
refused 2 "arguments are missing: expected 'RECORD'" rig shrink
nothing_left
