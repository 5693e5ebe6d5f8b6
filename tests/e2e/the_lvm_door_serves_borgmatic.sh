#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# borgmatic's LVM hook, unmodified: it finds the volume by lsblk, takes a snapshot, has borg
# read what was there at that instant, and removes it. Debian 12's borgmatic is older than
# the hook; BORGMATIC names one that has it.
. "${0%/*}/../lib/e2e.sh"

BORGMATIC=${BORGMATIC:-borgmatic}
requires lvm dmsetup lsblk borg "$BORGMATIC" mkfs.ext4
requires_loop

export HOME="$work" BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes
mkdir -p source/folder mounted restored
echo "as it was" >source/file
random_bytes 1 3000000 >source/folder/large
truncate -s 48M vol.img
mkfs.ext4 -q -F -d source vol.img
cat >config.yaml <<END
source_directories: [ $work/mounted ]
repositories: [ { path: $work/repository } ]
lvm: { snapshot_size: 16M }
END
"$BORGMATIC" config validate -c config.yaml >log 2>&1 ||
	skip "'$BORGMATIC' has no LVM hook (1.9.4 has): $(tail -n 1 log)"
"$BORGMATIC" -c config.yaml repo-create -e none >log 2>&1 || fail "no repository: $(cat log)"

cat >backup <<'END'
set -eu
mount /dev/vg0/live mounted
# What is written while borg reads is not in the archive.
(until dmsetup status | grep -q ' snapshot [0-9]'; do :; done
	echo "as it is" >mounted/file; sync) &
"$BORGMATIC" -c config.yaml create --verbosity 1
wait
grep -q "as it is" mounted/file
umount mounted
echo "left: $(lvs --noheadings -o lv_name vg0 | tr -d '\n ')"
END
export BORGMATIC
rig lvm vol.img -- sh backup >log 2>&1 || fail "borgmatic failed: $(cat log)"
grep -qx 'left: live' log || fail "the snapshot is still there: $(cat log)"
cd restored
borg extract "$work/repository::$(borg list --short "$work/repository")"
cd "$work"
found=$(find restored -name file)
same "as it was" "$(cat "$found")" "the file that changed meanwhile"
cmp source/folder/large "${found%/*}/folder/large" || fail "what was read"
