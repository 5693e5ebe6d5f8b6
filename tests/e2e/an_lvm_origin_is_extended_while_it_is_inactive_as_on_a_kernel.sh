#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# An origin is made longer while it is inactive, the whole volume and another one: its snapshots
# stay as long as they were, and go on preserving, as a real kernel has it.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_lvm.sh"

lvm_compare_all "$e2e_fixtures/dm-door/an_inactive_origin_is_extended.txt"
