#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# rsnapshot in its LVM mode, unmodified: it makes the snapshot, copies what was there at that
# instant, and removes it.
. "${0%/*}/../lib/e2e.sh"

requires lvm dmsetup rsnapshot rsync mkfs.ext4
requires_loop

mkdir -p source/folder repo
echo "as it was" >source/file
random_bytes 1 3000000 >source/folder/large
truncate -s 48M vol.img
mkfs.ext4 -q -F -d source vol.img

# configure SIZE - of the snapshot.
configure()
{
	{
		printf 'config_version\t1.2\nretain\talpha\t2\nverbose\t2\n'
		printf 'snapshot_root\t%s/repo/\nlockfile\t%s/lock\n' "$work" "$work"
		printf 'cmd_rsync\t%s\n' "$(command -v rsync)"
		for e2e_tool in lvcreate lvremove mount umount; do
			printf 'linux_lvm_cmd_%s\t%s\n' $e2e_tool "$(command -v $e2e_tool)"
		done
		printf 'linux_lvm_snapshotsize\t%s\nlinux_lvm_snapshotname\trsnapshot\n' "$1"
		printf 'linux_lvm_vgpath\t/dev\nlinux_lvm_mountpath\t%s/mounted\n' "$work"
		printf 'backup\tlvm://vg0/live/\ttree/\n'
	} >rsnapshot.conf
}

mkdir mounted live
configure 16M
cat >backup <<'END'
set -eu
mount /dev/vg0/live live
# What is written while it copies is not in the backup.
(until dmsetup status | grep -q ' snapshot [0-9]'; do :; done
	echo "as it is" >live/file; sync) &
writer=$!
rsnapshot -c rsnapshot.conf alpha || { kill $writer; exit 1; }
wait
grep -q "as it is" live/file
lvs --noheadings -o lv_name vg0
umount live
END
rig lvm vol.img -- sh backup >log 2>&1 || fail "rsnapshot failed: $(cat log)"
grep -qx ' *live *' log || fail "the volume is gone: $(cat log)"
! grep -q 'rsnapshot *$' log || fail "the snapshot is still there: $(cat log)"
cmp source/folder/large repo/alpha.0/tree/folder/large || fail "what was copied"
same "as it was" "$(cat repo/alpha.0/tree/file)" "the file that changed meanwhile"
