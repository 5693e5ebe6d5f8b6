#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# mylvmbackup, unmodified. Its database is one of DBI's own that takes every statement, so
# that no server has to run. What it does not notice is known: it pipes tar into gzip, and
# asks only gzip how it went.
. "${0%/*}/../lib/e2e.sh"

requires lvm dmsetup mylvmbackup mkfs.ext4 perl
requires_loop

mkdir -p source/mysql backups mounted
random_bytes 1 20000000 >source/mysql/ibdata1
echo "as it was" >source/mysql/table
echo "[misc]" >client.conf
# It asks for the connection's descriptor, which that database has not got.
cat >NoServer.pm <<'END'
package NoServer;
use DBI;
open(my $nothing, '<', '/dev/null');
sub DBI::db::mysql_fd { fileno($nothing) }
1;
END
truncate -s 48M vol.img
mkfs.ext4 -q -F -O ^has_journal -d source vol.img

# back_up IMAGE|MNT - prints its exit.
back_up()
{
	e2e_status=0
	DBI_AUTOPROXY='dbi:NullP:' PERL5LIB=$work PERL5OPT=-MNoServer \
		rig lvm "$1" -- mylvmbackup --vgname=vg0 --lvname=live \
		--lvsize=16M --mountdir="$work/mounted" --backupdir="$work/backups" \
		--relpath=mysql --skip_mycnf --skip_hooks --configfile=client.conf \
		>log 2>&1 || e2e_status=$?
	echo $e2e_status
}

same 0 "$(back_up vol.img)" "exit: $(cat log)"
grep -q 'Removing snapshot' log || fail "has not removed the snapshot: $(cat log)"
archive=$(echo backups/*.tar.gz)
mkdir restored
tar -xzf "$archive" -C restored
cmp source/mysql/ibdata1 restored/backup/mysql/ibdata1 || fail "what is in the archive"
rig lvm vol.img -- lvs --noheadings -o lv_name vg0 | grep -qx ' *live *' ||
	fail "the volume is not alone in its group"

# Half of the database cannot be read.
mkdir mnt
rm -r backups/* restored/*
rig mount vol.img mnt --profile lvm
rig fault add mnt 'snapshot.read error=EIO offset=16MiB..' >/dev/null
same 0 "$(back_up mnt)" "exit with a half that cannot be read"
rig umount mnt
grep -q 'Input/output error' log || fail "tar has met no error: $(cat log)"
tar -xzf backups/*.tar.gz -C restored
! cmp -s source/mysql/ibdata1 restored/backup/mysql/ibdata1 ||
	fail "all of it could be read"
