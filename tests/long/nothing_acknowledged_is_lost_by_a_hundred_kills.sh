#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# e2e/nothing_acknowledged_is_lost_by_kill9 with COUNT (100) kills, of which it takes a tenth.
ROUNDS=${COUNT:-100}
. "${0%/*}/../e2e/nothing_acknowledged_is_lost_by_kill9.sh"
