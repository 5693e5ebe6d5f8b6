#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each client of the files in a snapshot that we have an adapter for, and whose tool is here,
# is intact and leaves nothing, and makes of a bad sector what it is known for.
. "${0%/*}/../lib/e2e.sh"
requires_loop
requires mke2fs
. "$e2e_root/tests/lib/e2e_run.sh"
. "$e2e_root/tests/lib/e2e_clients.sh"

meets cp-tree detected recovered
meets rsync-tree detected recovered

# They say that something is wrong, and what they leave looks whole: tar and fsarchiver make up
# for what they could not read; in rsnapshot the latest is the latest whatever came of it.
meets tar-tree misreported recovered
meets fsarchiver misreported recovered
meets rsnapshot misreported recovered

# It says that all is well.  Nor does the next backup mend it: the file has not changed.
meets duplicity silent-corruption silent-corruption

# Of a volume with XFS; where a file lies in it, what stands there tells.
if command -v mkfs.xfs >/dev/null; then
	truncate -s 320M image
	mkfs.xfs -q image
	mkdir files
	mount_loop image files
	for i in 1 2 3 4; do
		openssl rand 1500000 >files/$i
	done
	{
		openssl rand 1500000
		echo "the middle of a file"
		openssl rand 1500000
	} >files/file
	ln files/file files/hard
	umount_loop image files
	at=$(grep -obUa "the middle of a file" image | cut -d: -f1)
	content='{ image: image }' image_size='' bad_sector="offset=$at..$((at + 1))"
fi
meets xfsdump silent-corruption recovered
[ "$clients_met" -gt 0 ] || fail "not one client was run"
