#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# e2e/fio_verifies_while_snapshots_are_taken with 200,000 writes, of which it takes a fifth.
WRITES=all
. "${0%/*}/../e2e/fio_verifies_while_snapshots_are_taken.sh"
