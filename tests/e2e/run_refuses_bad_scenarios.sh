#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Mistakes end the run before anything is mounted; a missing tool skips.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

steps='- backup: { of: s1, to: b1 }'
client good "cat {snapshot} >{out}" "cat {out} >{restored}"
echo "$steps" | scenario good good zeros
echo "$steps" | scenario unknown nobody zeros
echo "$steps" | scenario used-blocks partclone random
client misspelt "cat {snapshto} >{out}" "cat {out} >{restored}"
echo "$steps" | scenario misspelt misspelt zeros
client absent "true" "true" "requires: [ sh, no-such-tool ]"
echo "$steps" | scenario absent absent zeros
printf -- '- write: { name: w, pattern: random, bytes: 33MiB }\n' | scenario too-much good zeros
printf -- '- write: { name: w, pattern: random, bytes: 5000 }\n' | scenario uneven good zeros
echo '- backup: { takes: s2, to: b1 }' | scenario taken good zeros
echo "$steps" | scenario given reference-vss zeros
client wordy "true" "true" "takes: snapshots"
echo "$steps" | scenario wordy wordy zeros

refused 2 "taken.yaml:11:[0-9]+: client 'good' takes no snapshots \(try backup: \{ of: s2, to: b1" \
	rig run taken.yaml
refused 2 "given.yaml:11:[0-9]+: client 'reference-vss' takes its snapshot itself" \
	rig run given.yaml
refused 2 "unknown value 'snapshots' for 'takes' \(did you mean 'snapshot'" rig run wordy.yaml
refused 2 "unknown client 'nobody' \(one of: .*dd-gzip.*reference" rig run unknown.yaml
refused 2 "'partclone' saves the used blocks" rig run used-blocks.yaml
refused 2 "misspelt.yaml:[0-9]+:[0-9]+: unknown word '\{snapshto\}'" rig run misspelt.yaml
refused 2 "too-much.yaml:11:[0-9]+: writer 'w' cannot write 34603008 bytes" rig run too-much.yaml
refused 2 "uneven.yaml:11:[0-9]+: writer 'w' cannot write 5000 bytes" rig run uneven.yaml
refused 2 "unknown option '--sed'" rig run --sed 7 good.yaml
refused 2 "cannot read seed 'x'" rig run --seed x good.yaml
refused 2 "cannot read report 'pdf=x'" rig run --report pdf=x good.yaml
refused 2 "a value is missing after '--work'" rig run good.yaml --work
refused 2 "arguments are missing: expected 'SCENARIO[|]FOLDER[.]{3}'" rig run
refused 2 "missing.yaml" rig run missing.yaml
mkdir empty
refused 2 "no scenario in directory 'empty'" rig run empty

# One mistake, and nothing is run.
refused 2 "nobody" rig run good.yaml unknown.yaml
[ ! -s stdout ] || fail "something was run"

ran 77 absent.yaml
tells "^ok 1 - absent # SKIP client 'absent' is not installed: no program 'no-such-tool'"
ran 0 good.yaml absent.yaml --report junit=report.xml --report tap=report.tap
grep -q '<skipped' report.xml || fail "the report does not tell what was skipped"
cmp tap report.tap || fail "the report is not what was printed"

# What the oracle could not judge is not run, and that is known before.
sed 's/^profile:.*/&\nsr: lvm/' good.yaml >chain.yaml
refused 2 "chain.yaml:4:10: profile '[a-z]*' has no chain, but 'sr' needs one" rig run chain.yaml
nothing_left

refused 2 "cannot write report '/proc/x'" rig run good.yaml --report junit=/proc/x
rig run good.yaml --json --seed 0x10 >stdout
same "1 0 passed intact 16" "$(jq -r '[.schema_version, .exit, .scenarios[0].outcome,
	.scenarios[0].backups[0].verdict, .scenarios[0].seed] | join(" ")' stdout)" "JSON"
nothing_left
