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

# What xfs_copy leaves cannot be mounted; xfsdump says that all is well.
content_xfs || :
meets xfsdump silent-corruption recovered
meets xfs_copy detected recovered
[ "$clients_met" -gt 0 ] || fail "not one client was run"
