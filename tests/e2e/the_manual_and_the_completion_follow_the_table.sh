#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What the manual calls the commands and options, and what is completed, is what the table of
# commands says (tools/commands); and the completion completes.
. "${0%/*}/../lib/e2e.sh"
requires jq bash diff

# What is in the repository.  `make commands` writes it.
"$e2e_root/tools/commands" "$SNAPRIG" --check >difference ||
	fail "the manual or the completion is not what the table says: $(cat difference)"

# A copy that is not as it should be is found out, and mended where it can be.
mkdir -p copy/tools copy/docs copy/completions
cp "$e2e_root/tools/commands" copy/tools
manual=copy/docs/snaprig.1
reset()
{
	cp "$e2e_root/docs/snaprig.1" copy/docs
	cp "$e2e_root/completions/snaprig.bash" copy/completions
}
refused()
{
	! copy/tools/commands "$SNAPRIG" "$@" >said 2>&1 || fail "nothing is wrong with: $*"
}
reset
sed -i 's/^\.It Cm snapshot delete .*/.It Cm snapshot delete Ar name/' "$manual"
sed -i "s/--no-coalesce //" copy/completions/snaprig.bash
refused --check
grep -q '^+.It Cm snapshot delete Ar mnt name' said || fail "the head line: $(cat said)"
grep -q '^+.*--no-coalesce' said || fail "the completion: $(cat said)"
copy/tools/commands "$SNAPRIG" >said
cmp "$manual" "$e2e_root/docs/snaprig.1" || fail "the manual was not mended"
cmp copy/completions/snaprig.bash "$e2e_root/completions/snaprig.bash" ||
	fail "the completion was not mended"

reset
sed -i '/^\.It Cm writers thaw/d; /^\.It Fl -watchdog/d' "$manual"
refused --check
grep -q 'nothing is said of: writers thaw' said || fail "a command: $(cat said)"
grep -q 'nothing is said of: mount watchdog' said || fail "an option: $(cat said)"
reset
sed -i 's/^\.It Fl -durable/.It Fl -endurable/' "$manual"
refused --check
grep -q 'there is no option: .It Fl -endurable' said || fail "no option: $(cat said)"

# ---- completing ----

reset
mkdir -p mnt/snapshots images
: >mnt/snapshots/monday
: >mnt/snapshots/tuesday
cat >complete <<'END'
. "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
compopt() { :; }
_snaprig
printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | xargs
END
completed()
{
	expected=$1
	shift
	same "$expected" "$(bash complete copy/completions/snaprig.bash "$SNAPRIG" "$@")" "$*"
}
completed "create" cr
completed "snapshot" help sn
completed "--help attach changed clone create delete detach limit list rename" snapshot ""
completed "--metrics" status --m
completed "monday" snapshot delete mnt mo
completed "monday tuesday" snapshot clone --full mnt ""
completed "tuesday" snapshot create --limit 10% mnt s0 --of t
completed "mnt" status m
completed "file lvm" mount --sr ""
completed "lvm" mount image mnt --profile l
completed "memory.used" gauge set mnt mem
completed "snapshot.read" fault add mnt snapshot.re
completed "aip-2018 microsoft none" backup --retry ""
completed "identify" writers notify mnt i
completed "destroy" datto ctl mnt d
completed "images" datto ctl mnt destroy im
completed "" snapshot create mnt ""

# Both ways to ask for the version.
same "$("$SNAPRIG" --version)" "$("$SNAPRIG" -V)" "-V"
