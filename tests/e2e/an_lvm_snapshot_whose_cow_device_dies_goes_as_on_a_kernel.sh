#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# An error table below a snapshot's COW device: what it kept is lost, what it did not is read, and
# the next chunk to be kept makes it invalid, as a real kernel has it.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_lvm.sh"

lvm_compare_all "$e2e_fixtures/dm-door/the_cow_device_dies.txt"
