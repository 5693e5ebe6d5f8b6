#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The picture of the demo in README.md is made of what the demo prints (tools/picture).  It shows
# the tools that there are; without any, it is skipped.
. "${0%/*}/../lib/e2e.sh"

requires mke2fs e2image tar dd gzip partclone.ext4
TMPDIR=$work/tmp SNAPRIG_SHARE=$e2e_root/scenarios
export TMPDIR SNAPRIG_SHARE
mkdir "$TMPDIR"

rig demo >shown
"$e2e_root/tools/picture" 'make demo' <shown >demo.svg
cmp demo.svg "$e2e_root/docs/demo.svg" ||
	fail "the picture is another one (make pictures)"
[ "$(grep -c '>SILENT<' demo.svg)" -ge 5 ] || fail "the picture shows little: $(cat demo.svg)"
grep -qF '](docs/demo.svg)' "$e2e_root/README.md" || fail "README.md does not show it"
! command -v xmllint >/dev/null || xmllint --noout demo.svg || fail "it is not well formed"
! grep -q "$(printf '\033')" shown || fail "colours, but no terminal"
same "" "$(ls -A "$TMPDIR")" "work folder"

# Without some of the tools it shows the others, and says why.
mkdir share
cp -r "$SNAPRIG_SHARE"/* share
sed -i 's/^requires: .*/requires: [ no-such-tool ]/' share/clients/e2image.yaml \
	share/clients/partclone.yaml share/clients/tar.yaml share/clients/dd-gzip.yaml
SNAPRIG_SHARE=$work/share rig demo >shown
grep -qE '^tar        -       -             -           -                -$' shown ||
	fail "the row of tar: $(cat shown)"
grep -qE '^dd         intact  detected      detected    detected         SILENT$' shown ||
	fail "the row of dd: $(cat shown)"
grep -q "^tar was not run: there is no program 'no-such-tool'$" shown || fail "no reason"

for client in dd reference; do
	sed -i '/^requires:/d; $a requires: [ no-such-tool ]' "share/clients/$client.yaml"
done
e2e_status=0
SNAPRIG_SHARE=$work/share rig demo >shown || e2e_status=$?
same 77 "$e2e_status" "exit of a demo without tools"
