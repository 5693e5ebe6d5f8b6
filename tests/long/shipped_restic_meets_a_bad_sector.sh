#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# restic, whose backups share a repository, is intact and leaves nothing; after a read error it
# exits with a warning, and lists the backup as if it were one of the others.
. "${0%/*}/../lib/e2e.sh"
requires mke2fs
. "$e2e_root/tests/lib/e2e_run.sh"
. "$e2e_root/tests/lib/e2e_clients.sh"

meets restic misreported recovered kept

# A pipe has the exit status of its last program.
meets restic-stdin silent-corruption recovered kept

# Of a tree: a skip when who runs this is not root.
meets restic-tree misreported recovered
[ "$clients_met" -gt 0 ] || skip "restic is not here"
