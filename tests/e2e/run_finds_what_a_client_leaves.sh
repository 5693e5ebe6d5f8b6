#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A client whose backup is right, and who leaves something behind, has leaked: also what left
# its group, its session and its parents.  Whatever it is, it is named and taken away.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

# No other process on the machine sleeps for just as long.
nap=62.$$
no_nap()
{
	! pgrep -f "^sleep $nap\$" >/dev/null
}

# leaks NAME WHAT COMMAND - the client copies and does COMMAND, which leaves WHAT.
leaks()
{
	client "$1" "cat {snapshot} >{out}
  $3" "cat {out} >{restored}"
	scenario "$1" "$1" zeros <<-END
		- backup: { of: s1, to: b1 }
		- expect: { verdict: leaked, exit: zero }
	END
	sed -i 's/^profile: .*/profile: plain/' "$1.yaml"
	ran 0 "$1.yaml"
	tells "verdict: leaked, .*it left something behind: $2"
	no_nap || fail "a process that the client left is still running"

	# Who expects that all is well is told.
	sed 's/verdict: leaked/verdict: intact/' "$1.yaml" >"$1-unexpected.yaml"
	ran 1 "$1-unexpected.yaml"
	tells "expected verdict intact, met leaked"
}

leaks child "process of backup 'b1': [a-z]+ \(pid [0-9]+\)" "sleep $nap &"
leaks session "process of backup 'b1': [a-z]+ \(pid [0-9]+\)" "setsid sleep $nap &"
leaks daemon "process of backup 'b1': [a-z]+ \(pid [0-9]+\)" \
	"(setsid sh -c 'setsid sleep $nap & exit' &) </dev/null >/dev/null 2>&1; sleep 0.2"
leaks many "process of backup 'b1': [a-z]+ .* and [0-9]+ more" \
	"for i in 1 2 3 4 5 6 7 8 9 10 11 12; do setsid sleep $nap & done"
leaks temporary "temporary file 'tmp[.]" "mktemp >/dev/null"
leaks working-folder "'note' in its working folder" "touch note"
leaks unpublished "file 'b1.backup.lock' of backup 'b1'" "touch {out}.lock"
leaks temporary-folder "empty temporary folder 'tmp[.][^/]*'" "mktemp -d >/dev/null"
leaks unpublished-folder "empty folder 'b1.backup.d/e' of backup 'b1'" "mkdir -p {out}.d/e"
# Each has the next one and ends, so that hardly one of them is met alive.
cat >"$work/row.sh" <<'END'
[ "$1" = 0 ] || sh "$0" $(($1 - 1)) &
END
leaks row "process of backup 'b1': [a-z]+ \(pid [0-9]+\)" "setsid sh $work/row.sh 3000 &"
! pgrep -f "$work/row.sh" || fail "a row of processes goes on"
leaks own-snapshot "snapshot 'mine'" "touch {mnt}/snapshots/mine"
if [ "$(id -u)" = 0 ] && timeout 20 losetup -f >/dev/null 2>&1; then
	leaks loop "loop device /dev/loop" "losetup -r -f {out}"
	# The path of one in the volume ends where the volume was, when that is gone.
	leaks loop-of-snapshot "loop device /dev/loop" \
		"losetup -r -f --show {snapshot} >$work/device"
	! losetup -n -O BACK-FILE "$(cat "$work/device")" | grep -qx /snapshots/s1 ||
		fail "a device of the snapshot is still there"
	leaks mount "mount '.*/b1[.]backup[.]mnt'" \
		"mkdir {out}.mnt && mount -t tmpfs none {out}.mnt"
fi

# A backup that is wrong is that first of all; and the next good one has not recovered from a leak.
client worse "sleep $nap & : >{out}" "cat {out} >{restored}"
scenario worse worse zeros <<END
- fault: "snapshot.read delay=1us"
- backup: { of: s1, to: b1 }
- expect: { verdict: silent-corruption }
END
rig run worse.yaml >tap 2>said || true
tells "verdict: silent-corruption"
nothing_left
# shellcheck disable=SC2016 # the client's shell
client once 'cat {snapshot} >{out}; test {out} != "${SNAPRIG_OUT%b1.backup}b1.backup" || mktemp' \
	"cat {out} >{restored}"
scenario once once zeros <<END
- backup: { of: s1, to: b1 }
- expect: { verdict: leaked }
- backup: { of: s1, to: b2 }
- expect: { verdict: intact }
END
ran 0 once.yaml
tells 'name: "b2", of: "s1", verdict: intact,'
# A client that is killed is killed with all that it has started.
time_limit=2s
client sleeper "setsid sleep $nap & sleep $nap" "exit 1"
scenario sleeper sleeper zeros <<END
- backup: { of: s1, to: b1 }
END
ran 124 sleeper.yaml
no_nap || fail "what the killed client had started is still running"
