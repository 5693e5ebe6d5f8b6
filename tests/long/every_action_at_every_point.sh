#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# e2e/every_action_at_every_kind_of_point with all of its rows, of which it takes a third.
ROWS=all
. "${0%/*}/../e2e/every_action_at_every_kind_of_point.sh"
