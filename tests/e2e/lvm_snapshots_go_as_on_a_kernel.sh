#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The life of a snapshot, a full one, a merge, and a backup of a mounted file system print in
# the world of `snaprig lvm` what they printed on a real kernel, command by command.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_lvm.sh"

set -- "$e2e_fixtures"/dm-door/a_*.txt
lvm_compare_all "$@"
