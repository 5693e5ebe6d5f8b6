#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each client of the snapshot's file that we have an adapter for, and whose tool is here, is
# intact and leaves nothing, and makes of a bad sector what it is known for.
. "${0%/*}/../lib/e2e.sh"
requires mke2fs
. "$e2e_root/tests/lib/e2e_run.sh"
. "$e2e_root/tests/lib/e2e_clients.sh"

# Each adapter is in one of these scripts, or has tests of its own.
for adapter in "$SNAPRIG_SHARE"/clients/*.yaml; do
	# Those of LVM meet failures of their own: the_remedy_of_every_lvm_failure_helps.sh
	! grep -q -E '^gives: (lvm|xapi)' "$adapter" || continue
	adapter=$(basename "$adapter" .yaml)
	case $adapter in
	reference*) continue ;;
	esac
	grep -qE "^meets $adapter " "$e2e_root"/tests/*/shipped_*.sh ||
		fail "nothing is known of client '$adapter': put it into a script shipped_*"
done

meets dd detected recovered written
meets cp detected recovered written
meets rsync detected recovered written
meets partclone detected recovered written
meets partclone-dd detected recovered written
meets casync detected recovered kept

# They leave a file of the full size.
meets tar misreported recovered written
meets qemu-img misreported recovered written
meets nbdcopy misreported recovered written

# They say that all is well: a pipe that ends with the last program's status, a tool that goes
# on, and one that says what it could not read and exits with 0.
meets dd-gzip silent-corruption recovered written
meets cat-zstd silent-corruption recovered written
meets ddrescue silent-corruption recovered written
meets e2image silent-corruption recovered written

content_ntfs || :
meets ntfsclone detected recovered
[ "$clients_met" -gt 0 ] || fail "not one client was run"
