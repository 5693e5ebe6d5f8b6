#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The life of a snapshot, and a backup of a mounted file system, print in the world of
# `snaprig lvm` what they printed on a real kernel, command by command.  All recordings are
# compared by the long test of that kind.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_lvm.sh"

lvm_compare_all "$e2e_fixtures/dm-door/a_snapshot_comes_and_goes.txt" \
	"$e2e_fixtures/dm-door/a_mounted_origin_is_backed_up.txt"
