#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `snaprig check` runs any command on a snapshot that breaks: what it says of good and of bad
# commands, its exit codes, its JSON, and that nothing is left of it.
# shellcheck disable=SC2016 # for the other shell
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_check.sh"
check_size=4MiB

requires jq

is()
{
	jq -e "$1" result.json >/dev/null || fail "not so: $1: $(cat result.json)"
}

copy='cp {out} {restored}'

# ---- verdicts ----

checked 0 intact -- dd if={snapshot} of={out} bs=64k
is '.schema_version == 1 and .failure == null and .exit == 0 and .fired == 0 and .leaks == []'
is '.seed == 1 and .seconds > 0 and (.replay | startswith("snaprig check --seed 1 --size 4MiB"))'
checked 0 intact --restore 'gunzip <{out} >{restored}' -- 'gzip -1 <{snapshot} >{out}'
checked 1 silent-corruption --restore "$copy" -- 'head -c 1M {snapshot} >{out}'
checked 1 detected -- false
checked 1 misreported -- 'cp {snapshot} {out}; exit 1'
checked 1 silent-corruption -- 'gzip -1 <{snapshot} >{out}'
is '.why | contains("there is no --restore")'
checked 0 detected --failure read-error --restore "$copy" -- cp {snapshot} {out}
is '.failure == "read-error" and .fired >= 1 and .exit == 1'
checked 1 silent-corruption --failure read-error --restore "$copy" -- \
	'dd if={snapshot} of={out} bs=64k conv=noerror,sync'
checked 1 silent-corruption --failure flipped-bits -- cp {snapshot} {out}
checked 124 hung --failure read-hangs --time-limit 1s -- cp {snapshot} {out}
checked 3 inconclusive --failure read-error -- 'head -c 1M {snapshot} >{out}; exit 1'
checked 3 inconclusive --fault 'snapshot.read error=EIO after=100000' -- cp {snapshot} {out}
checked 0 detected --fault 'snapshot.read error=EIO after=3' -- cp {snapshot} {out}
checked 1 leaked -- 'cp {snapshot} {out}; touch "$TMPDIR/left"'
is '.leaks | length == 1'
checked 0 detected --failure rig-crash -- cp {snapshot} {out}
checked 1 silent-corruption --failure truncated-source -- cp {snapshot} {out}
if [ "$(id -u)" = 0 ]; then
	checked 0 detected --failure target-full -- cp {snapshot} {out}
	checked 1 silent-corruption --failure target-full -- 'cp {snapshot} {out}; true'
	checked 0 detected --failure target-full -- 'cp {snapshot} {out} || { rm {out}; exit 1; }'
fi
# No snapshot comes, and who backs up all the same has no backup.
checked 0 detected --failure writer-f4 -- cp {snapshot} {out}
checked 1 silent-corruption --failure writer-f4 --restore 'gunzip <{out} >{restored}' -- \
	'cat {snapshot} | gzip -1 >{out}'
is '.why | contains("no snapshot")'
# What the remedy does not help is told.
checked 1 detected --failure read-error -- \
	'[ ! -e flag ] && cp {snapshot} {out} || { touch flag; exit 1; }'
is '.why | startswith("after the remedy: ")'
checked 1 silent-corruption --steady --failure read-error -- 'head -c 1M {snapshot} >{out}'
is '.why | startswith("without any failure: ")'

# ---- profiles, moments, writers, seeds ----

for profile in datto actiphy lvm vss; do
	checked 0 detected --failure cow-overflow --profile "$profile" -- cp {snapshot} {out}
	is ".profile == \"$profile\""
done
checked 0 detected --failure snapshot-removed --at 'read.progress>=90%' -- \
	dd if={snapshot} of={out} bs=64k
checked 0 intact --writer storm -- dd if={snapshot} of={out} bs=64k
checked 0 intact --writer trickle --profile lvm --steady -- dd if={snapshot} of={out} bs=64k
checked 0 intact --takes --steady -- sh -c \
	'touch "$1" && cp "$1" "$2" && rm "$1"' sh {snapshot} {out}
checked 1 leaked --takes -- sh -c 'touch "$1" && cp "$1" "$2"' sh {snapshot} {out}
random_bytes 1 1048576 >image
"$SNAPRIG" check --image image -- sh -c 'cmp "$1" "$3" && cp "$1" "$2"' sh {snapshot} {out} \
	"$work/image" || fail "the image is not the volume"

# All, in one table: each that this machine can bring about, and none is inconclusive.
e2e_status=0
"$SNAPRIG" check --size 4MiB --failure all --restore "$copy" -- dd if={snapshot} of={out} bs=64k \
	>table || e2e_status=$?
cat table
same 124 "$e2e_status" "exit of --failure all, among which are read-hangs"
[ "$(grep -c '' table)" -gt 26 ] || fail "all are few"
! grep -E " (inconclusive|error|skipped) " table || fail "one cannot be told"
nothing_is_left "all"
"$SNAPRIG" check --size 1MiB --failure all --profile lvm --json -- false >all.json || :
# Of two disks the second is not begun when the first has failed.
jq -e '.schema_version == 1 and (.results | length > 10) and
	all(.results[]; .profile == "lvm" and
		(.exit == 1 or (.exit == null and .failure == "second-disk-overflows")))' \
	all.json >/dev/null ||
	fail "not all in one object"

# A replay repeats it.
checked 1 silent-corruption --failure flipped-bits --seed 9 -- cp {snapshot} {out}
replay=$(jq -r .replay result.json)
e2e_status=0
(PATH=${SNAPRIG%/*}:$PATH && eval "$replay") >again.json || e2e_status=$?
same 1 "$e2e_status" "exit of the replay"
same "$(jq -c '[.failure, .verdict, .why, .seed]' result.json)" \
	"$(jq -c '[.failure, .verdict, .why, .seed]' again.json)" "the replay"

# ---- a file of one's own, and one word of the command that needs quotes ----

cat >mine.yaml <<-END
	name: mine
	about: The third read fails.
	profiles: { plain: [] }
	inject:
	  - snapshot: s1
	  - fault: snapshot.read error=EIO after=2
	  - backup: { of: s1, to: b1 }
END
checked 0 detected --failure mine.yaml -- sh -c "cp '{snapshot}' {out} # it's \"\$HOME\""
is '.failure == "mine"'

# ---- what is wrong is told before anything is run ----

refused 2 "a command is missing" rig check
refused 2 "unknown failure 'cow-overflw' \(did you mean 'cow-overflow'" \
	rig check --failure cow-overflw -- true
refused 2 "does not happen with profile 'xen'" \
	rig check --failure cow-overflow --profile xen -- true
refused 2 "unknown profile" rig check --profile x -- true
refused 2 "has no moment" rig check --failure writer-f1 --at 'read.progress>=1%' -- true
refused 2 "cannot read moment 'x'" rig check --failure rig-crash --at x -- true
refused 2 "unknown word '{outt}'" rig check -- cp {snapshot} {outt}
refused 2 "eror" rig check --fault 'snapshot.read eror=EIO' -- true
refused 2 "not valid for a volume" rig check --size 100 -- true
refused 2 "unknown writer" rig check --writer gale -- true
sed 's/inject:/injekt:/' mine.yaml >wrong.yaml
refused 2 "^wrong.yaml:4:1: unknown key 'injekt' \(did you mean 'inject'" \
	rig check --failure wrong.yaml -- true
nothing_is_left "what is refused"
