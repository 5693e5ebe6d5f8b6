#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Neither HOME, PATH, TERM nor a locale need be set, as in a unit, a cron job or a container.
. "${0%/*}/../lib/e2e.sh"

bare()
{
	env -i TMPDIR="$TMPDIR" "$SNAPRIG" "$@"
}
bare create volume.img --size 1MiB
mkdir mnt
bare mount volume.img mnt
bare snapshot create mnt s0
bare status mnt >said
grep -q '^ *s0 ' said || fail "$(cat said)"
bare top --once mnt >said
grep -q '^snapshots  s0' said || fail "$(cat said)"
bare umount mnt
bare verify volume.img

e2e_status=0
bare check --size 1MiB --failure read-error -- 'cp {snapshot} {out}' >said 2>&1 || e2e_status=$?
same 0 "$e2e_status" "exit of check: $(cat said)"
grep -q '^verdict *detected' said || fail "$(cat said)"
bare run actiphy-cow-overflow-dd >said 2>&1 || fail "$(cat said)"
grep -q '^ok 1 - ' said || fail "$(cat said)"
