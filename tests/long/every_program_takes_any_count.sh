#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a program asks of its usual COUNT only, it does not ask of another: 1, 2 and 10 pass.
. "${0%/*}/../lib/e2e.sh"

programs=$(cd "$e2e_root/tests" &&
	grep -lE 'engine_(count|stride)|sweep_run' unit/test_*.c model/test_*.c sweep/test_*.c \
		durability/test_*.c)
all=$(echo "$programs" | wc -l)
for count in 1 2 10; do
	done=0 part=$((count > 2 ? 3 : count))
	for program in $programs; do
		! budget_is_over $done "$all" "programs with COUNT=$count" $part 3 || break
		done=$((done + 1))
		COUNT=$count CK_TIMEOUT_MULTIPLIER=15 "$E2E_TOOLS/../${program%.c}" >said 2>&1 || {
			grep -a -E ':[FE]:|^replay' said
			fail "$program with COUNT=$count"
		}
	done
done
