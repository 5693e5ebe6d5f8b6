#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# .ci/run where make does nothing, and says what it was given: the stages behind `make check`
# get the time that it leaves, what none is left for is skipped and counted, and what fails fails.
. "${0%/*}/../lib/e2e.sh"

requires bash timeout
mkdir bin
# FAILS and LATE are patterns of goals.
cat >bin/make <<'END'
#!/bin/sh
echo "made: $* (${LONG_SECONDS-} ${RUN_SECONDS_MAX-})" >>"$MADE"
case $* in
$FAILS) echo "1 passed, 1 failed, 0 skipped"; exit 2 ;;
*check* | *catalog*) echo "2 passed, 0 failed, 1 skipped" ;;
esac
END
cat >bin/timeout <<'END'
#!/bin/sh
case $* in
$LATE) exit 124 ;;
esac
shift
exec "$@"
END
chmod +x bin/make bin/timeout
export MADE="$work/made" FAILS=none LATE=none

# ci STATUS LAST-LINE SECONDS-THAT-ARE-OVER
ci()
{
	rm -f "$MADE"
	e2e_status=0
	# bash begins to count where it is told to.
	env -u LONG_SECONDS -u RUN_SECONDS_MAX PATH="$work/bin:$PATH" SECONDS="$3" \
		"$e2e_root/.ci/run" >said 2>&1 || e2e_status=$?
	same "$1" "$e2e_status" "exit with $3 s over: $(cat said)"
	same "$2" "$(tail -n 1 said)" "counts with $3 s over: $(cat said)"
}

# given GOALS N - the Nth number that it was made with.
given()
{
	sed -n "s/^made: $1 (\([0-9-]*\) \([0-9-]*\))\$/\\$2/p" "$MADE"
}

asan="asan check TESTS='unit.*"
ci 0 "14 passed, 0 failed, 5 skipped" 0
same 9 "$(wc -l <"$MADE")" "stages: $(cat "$MADE")"
[ "$(given check 2)" -ge 1500 ] || fail "make check has $(given check 2) s"
[ "$(given catalog 1)" -ge 1500 ] || fail "the catalog has $(given catalog 1) s"
for goals in "$asan" check-long "asan check TESTS='e2e.*"; do
	begins=$(given "$goals" 1) ends=$(given "$goals" 2)
	[ "$((ends - begins))" -ge 120 ] ||
		fail "what $goals begins after $begins s has until $ends s"
	[ "$ends" -le 1680 ] || fail "$goals may take longer than there is time: $ends s"
done

# As on a machine that is half as fast: the long ones are left out, then all behind the check.
ci 0 "10 passed, 0 failed, 5 skipped" 1250
same "" "$(given check-long 1)" "the long ones"
[ "$(given "$asan" 1)" -gt 30 ] || fail "the sanitizer has no time: $(cat "$MADE")"
ci 0 "7 passed, 0 failed, 5 skipped" 1500
same "" "$(grep asan "$MADE")" "the sanitizer, without time"
ci 0 "5 passed, 0 failed, 5 skipped" 1600
same 4 "$(grep -c '^SKIP make .*: no time is left$' said)" "reasons"

export LATE='*asan*'
ci 0 "7 passed, 0 failed, 5 skipped" 1250
export LATE=none FAILS='*asan*tests'
ci 1 "7 passed, 1 failed, 4 skipped" 1250
export FAILS=check
ci 1 "9 passed, 1 failed, 4 skipped" 1250
