#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The demo's table has a row for each client; it says what came of its backup.
. "${0%/*}/../lib/e2e.sh"

requires mke2fs dd gzip partclone.ext4
TMPDIR=$work/tmp SNAPRIG_SHARE=$e2e_root/scenarios
export TMPDIR SNAPRIG_SHARE
mkdir "$TMPDIR"

rig demo >table
cat table
row()
{
	grep -qE "^$1 +$2 +$3 +$4 +[0-9.]+\$" table || fail "the row of $1"
}
row dd-gzip 0 "silent-corruption, then recovered" "b1.backup [0-9.]+ MiB"
row dd 1 "detected, then recovered" "b1.backup [0-9.]+ MiB"
row partclone 1 "detected, then recovered" "b1.backup [0-9.]+ MiB"
row reference 198 "detected, then recovered" nothing
! grep -q "$(printf '\033')" table || fail "colours, but no terminal"
same "" "$(ls -A "$TMPDIR")" "work folder"
