#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# suite/easy_questions_are_answered_as_jq_does: each of its questions of each file, in each way.
ROWS=all
. "${0%/*}/../suite/easy_questions_are_answered_as_jq_does.sh"
