#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The same seed gives the same volume, the same overflow at the same request,
# and so the same half of a backup; another seed gives another.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

scenario burst dd "{ ext4: { files: 40, bytes: 16MiB } }" <<END
$burst
- backup: { of: s1, to: b1 }
- expect: { verdict: detected }
END

# digests SEED - of the volume, the half backup and the driver's log afterwards.
digests()
{
	rig run burst.yaml --seed "$1" --keep >tap 2>said || fail "$(cat tap said)"
	e2fsck -fn "$TMPDIR"/*/volume.img >/dev/null 2>&1 || fail "the live file system is damaged"
	cat "$TMPDIR"/*/volume.img "$TMPDIR"/*/out/b1/b1.backup | sha256sum
	grep -oE 'max size exceeded .*' "$TMPDIR"/*/logs/kernel.log
	rm -rf "${TMPDIR:?}"/*
}

requires mke2fs e2fsck
first=$(digests 7)
same "$first" "$(digests 7)" "the second run"
same "$first" "$(digests 7)" "the third run"
[ "$first" != "$(digests 8)" ] || fail "another seed gives the same"
