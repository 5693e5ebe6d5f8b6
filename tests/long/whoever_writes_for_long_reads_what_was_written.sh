#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# e2e/whoever_writes_reads_what_was_written, for minutes.
export EXERCISER_OPERATIONS="${EXERCISER_OPERATIONS:-10000}"
exec sh "${0%/*}/../e2e/whoever_writes_reads_what_was_written.sh"
