#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# restic and borg, whose backups share a repository, are intact and leave nothing; after a read
# error they exit with a warning, and list the backup as if it were one of the others.
. "${0%/*}/../lib/e2e.sh"
requires mke2fs
. "$e2e_root/tests/lib/e2e_run.sh"
. "$e2e_root/tests/lib/e2e_clients.sh"

meets restic misreported recovered written
meets borg misreported recovered written

# A pipe has the exit status of the last program; borg asks how the first has ended.
meets restic-stdin silent-corruption recovered written
meets borg-stdin detected recovered written

# Of trees: a skip when who runs this is not root.
meets restic-tree misreported recovered
meets borg-tree misreported recovered
[ "$clients_met" -gt 0 ] || skip "neither restic nor borg is here"
