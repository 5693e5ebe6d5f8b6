#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The manual pages name every point, action, gauge, profile, failure, verdict, exit code, event
# and key that there is (tools/manuals), and mandoc has nothing to say of them.
# shellcheck disable=SC2046,SC2094 # names without blanks
. "${0%/*}/../lib/e2e.sh"
requires jq bash diff

# What is in the repository.  `make commands` writes it.
"$e2e_root/tools/manuals" "$SNAPRIG" --check >difference 2>&1 ||
	fail "a manual page lacks something: $(cat difference)"

# has PAGE MACRO WORD... - an item of each.
has()
{
	page=$e2e_root/docs/$1 macro=$2
	shift 2
	for word in "$@"; do
		grep -qE "^\.It ([A-Z][a-z] [^ ]+ , )*$macro (.* , )?$word( |=|,|\$)" "$page" ||
			fail "nothing is said of '$word' in $page"
	done
}
rig list points --json | jq -r '.points[].name' >points
[ "$(wc -l <points)" -ge 32 ] || fail "there are few points"
has snaprig-faults.7 Cm $(cat points) $(rig list gauges --json | jq -r '.gauges[].name')
has snaprig-profiles.7 Cm $(rig list profiles --json | jq -r '.profiles[].name')
has snaprig-failure.5 Cm $(rig list failures --json | jq -r '.failures[].name')
has snaprig-verdicts.7 Cm intact detected misreported silent-corruption hung leaked recovered \
	retried-non-retryable inconclusive
has snaprig-verdicts.7 Li 0 1 2 3 4 77 124 126 127
has snaprig-events.5 Li mounted fault.fired snapshot.failed

# The page that tells how real systems fail has each that Snaprig brings about, those of a pool as
# a group; and the page of what is faithful each profile.
for name in $(rig list failures --json | jq -r '.failures[].name' | grep -v '^xapi-'); do
	grep -qF "\`$name\`" "$e2e_root/docs/failures.md" || fail "docs/failures.md has no '$name'"
done
for name in $(rig list profiles --json | jq -r '.profiles[].name'); do
	grep -qx "## $name" "$e2e_root/docs/faithful.md" || fail "docs/faithful.md has no '$name'"
done

# A copy that lacks something is found out, and mended where it can be.
mkdir -p copy/tools copy/scenarios copy/schemas copy/simfs/base
cp "$e2e_root"/tools/manuals* copy/tools
cp "$e2e_root"/scenarios/*.schema.json copy/scenarios
cp "$e2e_root"/schemas/*.schema.json copy/schemas
cp "$e2e_root"/simfs/base/exit_code.h copy/simfs/base
reset()
{
	mkdir -p copy/docs
	cp "$e2e_root"/docs/*.[57] copy/docs
}
# refused TEXT - the copy is, and this is said of it.
is_refused()
{
	! copy/tools/manuals "$SNAPRIG" --check >said 2>&1 || fail "nothing is wrong"
	grep -qE -e "$1" said || fail "expected '$1', got: $(cat said)"
}
reset
sed -i '/^\.It Cm cow\.store$/d' copy/docs/snaprig-faults.7
is_refused '^\+\.It Cm cow\.store$'
copy/tools/manuals "$SNAPRIG" >said
cmp copy/docs/snaprig-faults.7 "$e2e_root/docs/snaprig-faults.7" || fail "it was not mended"
sed -i '/^\.It Cm crash$/d' copy/docs/snaprig-faults.7
is_refused 'snaprig-faults.7: nothing is said of the action: crash'
reset
sed -i '/^\.It Cm hung$/d; /^\.It Li 126$/d' copy/docs/snaprig-verdicts.7
is_refused 'nothing is said of the verdict: hung'
is_refused 'nothing is said of the exit code: 126'
reset
sed -i '/^\.It Ic keeps /d' copy/docs/snaprig-adapter.5
is_refused 'nothing is said of the key: keeps'

if command -v mandoc >/dev/null; then
	"$e2e_root/tools/lint-manuals" >said || fail "mandoc says: $(cat said)"
	printf '.Dd November 30, 2026\n.Dt X 1\n.Os\n.Sh NAME\n.Nm x\n.Nd x\n.Xx\n' >x.1
	! "$e2e_root/tools/lint-manuals" "$work/x.1" >said || fail "mandoc sees nothing"
else
	echo "CUT: mandoc is missing, and says nothing of the pages"
fi
if command -v man >/dev/null; then
	for page in "$e2e_root"/docs/*.[1578]; do
		MANWIDTH=80 man --warnings -l "$page" 2>&1 >/dev/null | tee said
		[ ! -s said ] || fail "man says of $page: $(cat said)"
	done
else
	echo "CUT: man is missing, and says nothing of the pages"
fi
