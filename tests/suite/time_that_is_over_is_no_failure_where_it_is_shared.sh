#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# With LONG_SECONDS what is not begun in time, and what the end of all time stops, is skipped,
# counted and explained, another part with another SEED.  Without it both have failed; so has
# what a sanitizer found before it was stopped, and what takes longer than a test may.
. "${0%/*}/../lib/e2e.sh"

# A tree of small tests.
mkdir -p tests/e2e tools build
cp "$e2e_root/tools/run-tests" "$e2e_root/tools/leftovers.bash" tools
for name in a b c d e f g h; do
	echo "true" >"tests/e2e/quick_$name.sh"
done
echo "sleep 30" >tests/e2e/slow.sh
# shellcheck disable=SC2016 # when it runs
echo 'echo report >"$E2E_WORK/sanitizer.1"; sleep 30' >tests/e2e/wrong.sh

# tests_say STATUS LAST-LINE [VARIABLE=VALUE...] -- PATTERN... - what a run of those says.
tests_say()
{
	wanted=$1 counts=$2 settings=
	shift 2
	while [ "$1" != -- ]; do
		settings="$settings $1"
		shift
	done
	shift
	e2e_status=0
	# shellcheck disable=SC2086 # settings are words
	env -u E2E_WORK -u LONG_SECONDS -u BUDGET_SECONDS -u COUNT -u SEED TEST_SET=short \
		TEST_JOBS=3 $settings tools/run-tests build release "$@" >said 2>&1 || e2e_status=$?
	same "$wanted" "$e2e_status" "exit of '$settings $*': $(cat said)"
	same "$counts" "$(tail -n 1 said)" "counts of '$settings $*': $(cat said)"
}

says()
{
	grep -qxE "$1" said || fail "does not say '$1': $(cat said)"
}

# bash begins to count where it is told to.
tests_say 0 "0 passed, 0 failed, 8 skipped" LONG_SECONDS=10 SECONDS=11 -- 'e2e/quick_*'
same 8 "$(grep -c '^SKIP e2e/quick_.: not begun in 10 s$' said)" "reasons"
tests_say 1 "0 passed, 8 failed, 0 skipped" RUN_SECONDS_MAX=10 SECONDS=11 -- 'e2e/quick_*'
tests_say 0 "8 passed, 0 failed, 0 skipped" LONG_SECONDS=60 -- 'e2e/quick_*'

tests_say 0 "1 passed, 0 failed, 1 skipped" LONG_SECONDS=60 RUN_SECONDS_MAX=4 -- \
	e2e/quick_a e2e/slow
says 'SKIP e2e/slow: stopped after [1-4] s, when the 4 s for all were over'
tests_say 1 "0 passed, 1 failed, 0 skipped" RUN_SECONDS_MAX=2 -- e2e/slow
says 'FAIL e2e/slow .exit 124, no end in [12] s.*'
tests_say 1 "0 passed, 1 failed, 0 skipped" LONG_SECONDS=60 TEST_SECONDS_MAX=1 -- e2e/slow
tests_say 1 "0 passed, 1 failed, 0 skipped" LONG_SECONDS=60 RUN_SECONDS_MAX=3 -- e2e/wrong

# order SEED
order()
{
	tests_say 0 "0 passed, 0 failed, 10 skipped" LONG_SECONDS=10 SECONDS=11 "SEED=$1" \
		TEST_JOBS=1 -- 'e2e/*'
	cat said
}

order 1 >first
order 1 | cmp - first || fail "one SEED has two orders"
for seed in 2 3 4; do
	order $seed | cmp -s - first || exit 0
done
fail "each SEED has the same order"
