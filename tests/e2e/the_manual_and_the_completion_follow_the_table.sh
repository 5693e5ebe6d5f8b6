#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What the manual calls the commands and options, and what is completed, is what the table of
# commands says (tools/commands).
. "${0%/*}/../lib/e2e.sh"
requires jq bash diff

# What is in the repository.  `make commands` writes it.
"$e2e_root/tools/commands" "$SNAPRIG" --check >difference ||
	fail "the manual or the completion is not what the table says: $(cat difference)"

# A copy that is not as it should be is found out, and mended where it can be.
mkdir -p copy/tools copy/docs copy/completions
cp "$e2e_root/tools/commands" "$e2e_root/tools/completions.jq" copy/tools
manual=copy/docs/snaprig.1
reset()
{
	cp "$e2e_root/docs/snaprig.1" copy/docs
	cp "$e2e_root"/completions/* copy/completions
}
refused()
{
	! copy/tools/commands "$SNAPRIG" "$@" >said 2>&1 || fail "nothing is wrong with: $*"
}
reset
sed -i 's/^\.It Cm snapshot delete .*/.It Cm snapshot delete Ar name/' "$manual"
for shell in snaprig.bash _snaprig snaprig.fish; do
	sed -i '/bypass-chain-check/d' "copy/completions/$shell"
done
refused --check
grep -q '^+.It Cm snapshot delete Ar mnt name' said || fail "the head line: $(cat said)"
same 3 "$(grep -c '^+.*bypass-chain-check' said)" "completions that are mended: $(cat said)"
copy/tools/commands "$SNAPRIG" >said
cmp "$manual" "$e2e_root/docs/snaprig.1" || fail "the manual was not mended"
diff -r copy/completions "$e2e_root/completions" || fail "the completions were not mended"

reset
sed -i '/^\.It Cm writers thaw/d; /^\.It Fl -watchdog/d' "$manual"
refused --check
grep -q 'nothing is said of: writers thaw' said || fail "a command: $(cat said)"
grep -q 'nothing is said of: mount watchdog' said || fail "an option: $(cat said)"
reset
sed -i 's/^\.It Fl -durable/.It Fl -endurable/' "$manual"
refused --check
grep -q 'there is no option: .It Fl -endurable' said || fail "no option: $(cat said)"

# Both ways to ask for the version.
same "$("$SNAPRIG" --version)" "$("$SNAPRIG" -V)" "-V"
