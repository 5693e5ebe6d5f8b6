#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Sequences of LVM commands that chance made go in the world of `snaprig lvm` as they went
# on a real kernel.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_lvm.sh"

set -- "$e2e_fixtures"/dm-door/random_*.txt
lvm_compare_all "$@"
