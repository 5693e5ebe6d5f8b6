#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# An adapter is a file of one's own, named by its path or found in a folder; it publishes
# folders, keeps a repository for all its backups, and says itself what looks good.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"
requires jq
unset SNAPRIG_SHARE
mkdir -p yard/mine

# adapter FILE BACKUP RESTORE [LINE] - as client(), anywhere.
adapter()
{
	printf 'backup: |-\n  %s\nrestore: |-\n  %s\n%s\n' "$2" "$3" "${4:-}" >"$1"
}

# A path is meant from beside the scenario, wherever one stands; and a folder of scenarios
# may hold the adapters, too.
adapter yard/mine/own.yaml 'cat {snapshot} >{out}' 'cat {out} >{restored}' 'publishes: [ "{out}" ]'
scenario yard/by-path ./mine/own.yaml zeros <<END
- backup: { of: s1, to: b1 }
- expect: { verdict: intact, leaks: none }
END
sed -i 's/^name: .*/name: by-path/' yard/by-path.yaml
ran 0 yard/by-path.yaml
ran 0 yard
same 1 "$(grep -c '^ok' tap)" "scenarios"

sed 's,^client: .*,client: own,' yard/by-path.yaml >named.yaml
refused 2 "named.yaml:7:9: unknown client 'own' \(one of: .*reference" rig run named.yaml
refused 2 "named.yaml:7:9: unknown client 'own'" rig validate named.yaml
ran 0 named.yaml --clients yard/mine
rig run named.yaml --clients yard/mine --json >json
jq -r .scenarios[0].replay json | grep -q ' --clients yard/mine$' ||
	fail "the replay is another run"
refused 2 "cannot look for clients in 'nowhere'" rig run named.yaml --clients nowhere
SNAPRIG_SHARE=/nowhere refused 2 "SNAPRIG_SHARE names '/nowhere': No such file" rig run named.yaml
SNAPRIG_SHARE=/nowhere refused 4 "SNAPRIG_SHARE names '/nowhere'" rig list clients

# One that says itself that something is missing is usable for nobody, wherever that is asked.
mkdir -p alone/clients
adapter alone/clients/own.yaml true true "ready: \"echo its packages are not there; exit 77\""
alone()
{
	env SNAPRIG_SHARE="$work/alone" "$SNAPRIG" "$@"
}
same "no its packages are not there" "$(alone list clients --json |
	jq -r '.clients[] | .usable + " " + .unready')" "usable"
alone doctor | grep -q '^missing *client own: it is not ready: its packages are not there$' ||
	fail "doctor does not ask it"
e2e_status=0
alone matrix own --failures none >table 2>&1 || e2e_status=$?
same 77 "$e2e_status" "exit of a matrix of nobody"
grep -q 'its packages are not there' table || fail "the matrix does not say why: $(cat table)"
sed -i 's/exit 77/exit 0/' alone/clients/own.yaml
same "yes null" "$(alone list clients --json |
	jq -r '.clients[] | "\(.usable) \(.unready)"')" "usable when it is ready"

# A repository of folders: what lies in it is published by its name only.
# shellcheck disable=SC2016 # the client's shell
repository='mkdir -p {repo}/data
  n=$(ls {repo}/data | wc -l)
  cp {snapshot} {repo}/data/$n
  echo $n >{out}'
# shellcheck disable=SC2016 # the client's shell
adapter repo.yaml "$repository" 'cp {repo}/data/"$(cat {out})" {restored}' \
	'publishes: [ "{repo}/", "{out}" ]'
scenario twice ./repo.yaml random <<END
- backup: { of: s1, to: b1 }
- expect: { verdict: intact, leaks: none }
- write: { name: w, pattern: random, bytes: 1MiB }
- snapshot: s2
- delete: s1
- backup: { of: s2, to: b2 }
- expect: { verdict: intact, content: s2, leaks: none }
- restore: { from: b1 }
- expect: { content: s1 }
END
sed -i 's/^profile: .*/profile: plain/' twice.yaml
ran 0 twice.yaml
sed -i 's,"{repo}/",,;s/\[ ,/[/' repo.yaml
ran 1 twice.yaml
tells "left behind: file 'data/0' of the repository"

# Every word is there, and in the environment.
# shellcheck disable=SC2016 # the client's shell
adapter words.yaml 'set -e
  test {snapshot} = "$SNAPRIG_SNAPSHOT" && test -f {snapshot}
  test {live} = "$SNAPRIG_LIVE" && test -f {live}
  test {mnt} = "$SNAPRIG_MNT" && test -d {mnt}/snapshots
  test {repo} = "$SNAPRIG_REPO" && test -d {repo}
  test {log} = "$SNAPRIG_LOG" && test -z "${SNAPRIG_RESTORED:-}"
  cat {live} >"$SNAPRIG_OUT"' 'test -z "${SNAPRIG_SNAPSHOT:-}" && cat {out} >"$SNAPRIG_RESTORED"' \
	'publishes: [ "{out}" ]'
sed 's,./mine/own.yaml,./words.yaml,' yard/by-path.yaml >words-run.yaml
ran 0 words-run.yaml

# It fails and leaves nothing that can be restored; but it lists the backup as a good one.
adapter lister.yaml 'dd if={snapshot} bs=1M status=none >{repo}/b' 'exit 1' 'lists: test -e {repo}/b
publishes: [ "{repo}/" ]'
scenario lists ./lister.yaml random <<END
$burst
- backup: { of: s1, to: b1 }
- expect: { verdict: misreported, exit: 1 }
END
ran 0 lists.yaml
# shellcheck disable=SC2016 # the client's shell
echo 'verify: test $(stat -c %s {repo}/b) = 33554432' >>lister.yaml
sed 's/verdict: misreported/verdict: detected/' lists.yaml >not-verified.yaml
ran 0 not-verified.yaml
