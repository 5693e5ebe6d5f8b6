#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# However a run ends, nothing of it stays mounted, running or on disk; and what
# a client leaves behind is told, and then removed.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

# No other process on the machine sleeps for just as long.
nap=60.$$
client slow "sleep $nap; cat {snapshot} >{out}" "cat {out} >{restored}"
scenario slow slow zeros <<END
- backup: { of: s1, to: b1 }
END

sleeps()
{
	pgrep -f "^sleep $nap\$" >/dev/null
}

# interrupted SIGNAL EXIT - the run is sent SIGNAL while the client works.
interrupted()
{
	"$SNAPRIG" run slow.yaml >tap 2>said &
	run=$!
	wait_until 20 sleeps || fail "the client was not started"
	kill "-$1" "$run"
	e2e_status=0
	wait "$run" || e2e_status=$?
	cat tap said
	same "$2" "$e2e_status" "exit after SIG$1"
	tells "interrupted"
	! sleeps || fail "the client is still running"
	nothing_left
}

interrupted INT 130
interrupted TERM 143

# rig_ended SIGNAL EXIT - while a client runs.
rig_ended()
{
	"$SNAPRIG" run slow.yaml >tap 2>said &
	run=$!
	wait_until 20 sleeps || fail "the client was not started"
	kill "-$1" "$(rigs_below "$TMPDIR")"
	kill "$(pgrep -f "^sleep $nap\$")"
	e2e_status=0
	wait "$run" || e2e_status=$?
	cat tap
	same "$2" "$e2e_status" "exit after the rig got SIG$1"
	tells "the rig was ended by signal"
	nothing_left
}

# A sanitizer leaves the signal to the rig: it is sent, no defect of ours.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:handle_segv=0"

# The rig fails: that is no verdict on the client.  One that somebody ends is the client's doing.
rig_ended ABRT 4
rig_ended SEGV 4
rig_ended KILL 1
tells "no volume, after the client of backup 'b1'"

# Not even SIGKILL of the run itself leaves anything: the process of the scenario outlives it.
"$SNAPRIG" run slow.yaml >tap 2>said &
run=$!
wait_until 20 sleeps || fail "the client was not started"
kill -9 "$run"
is_tidy()
{
	[ -z "$(ls -A "$TMPDIR")" ] && no_rig_runs && ! sleeps
}
wait_until 20 is_tidy || fail "something outlives the run"
nothing_left

client untidy "cat {snapshot} >{out}; touch {out}.lock; mktemp >/dev/null; sleep $nap & exit 0" \
	"cat {out} >{restored}"
scenario untidy untidy zeros <<END
- backup: { of: s1, to: b1 }
- expect: { verdict: intact, leaks: none }
END
ran 1 untidy.yaml
tells "process of backup 'b1': sleep"
tells "file 'b1.backup.lock'"
tells "temporary file 'tmp\."
! sleeps || fail "the process that the client left is still running"

# The work folder is kept when it is asked for.
scenario tidy dd zeros <<END
- backup: { of: s1, to: b1 }
- expect: { verdict: intact, leaks: none }
END
ran 0 tidy.yaml
rig run tidy.yaml --keep >tap 2>said
grep -q "the work folder of 'tidy' is '$TMPDIR/" said || fail "does not say what is kept"
same "33554432" "$(stat -c %s "$TMPDIR"/*/out/b1/b1.backup)" "size of the kept backup"
[ -s "$(echo "$TMPDIR"/*/logs/status.json)" ] || fail "the status is not kept"
