#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each command of the recordings prints in the world of `snaprig lvm` what it printed on a
# real kernel, ends with that exit code, and leaves device-mapper in that state.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_lvm.sh"

set -- "$e2e_fixtures"/dm-door/[!r]*.txt
lvm_compare_all "$@"
