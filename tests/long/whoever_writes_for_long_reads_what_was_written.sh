#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# e2e/whoever_writes_reads_what_was_written, for minutes.
. "${0%/*}/../lib/e2e.sh"

all=${EXERCISER_OPERATIONS:-10000}

# write_for OPERATIONS
write_for()
{
	EXERCISER_OPERATIONS=$1 sh "$e2e_root/tests/e2e/whoever_writes_reads_what_was_written.sh" ||
		exit $?
}

operations=$all
if [ -n "${BUDGET_SECONDS:-}" ]; then
	# How long a few take says how many fit.
	write_for 100
	took=$(($(date +%s) - e2e_begun + 1))
	operations=$((100 * (BUDGET_SECONDS - took) / took))
	[ "$operations" -lt "$all" ] || operations=$all
	[ "$operations" -gt 100 ] || operations=100
	[ "$operations" = "$all" ] || echo "CUT: $operations of $all operations of each process"
	[ "$operations" -gt 100 ] || exit 0
fi
write_for "$operations"
