# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# e2e_check.sh - for scripts about commands that mount, run a client and remove everything again;
# sourced after e2e.sh.  Temporary files are in a folder of the test's own.
# shellcheck disable=SC2154 # $work is of e2e.sh

mkdir "$work/tmp"
export TMPDIR="$work/tmp"

# no_rig_is_left - $running is the command lines that name something of this test; usually there are
# none, which is quick to find out.
no_rig_is_left()
{
	# shellcheck disable=SC2062 # the pattern comes in, and these are files
	running=$(echo "$work/" | grep -lsaF -f - /proc/[0-9]*/cmdline | xargs -r cat 2>/dev/null |
		tr '\0' ' ')
	[ -z "$running" ] || no_rig_runs
}

# nothing_is_left WHAT - fails with WHAT if something is left.
nothing_is_left()
{
	wait_until 15 no_rig_is_left || fail "$1: a rig is still running"
	case $running in
	*nbdkit*) fail "$1: a server is still running: $running" ;;
	esac
	same "" "$(mounts_below "$work")" "$1: mounts"
	same "" "$(ls -A "$work/tmp")" "$1: temporary files"
	! grep -qsF "$work/" /sys/block/loop*/loop/backing_file || fail "$1: a loop device"
}

# result_tells WHAT - prints the important parts of result.json, and sets $e2e_told to its verdict
# and code.
result_tells()
{
	awk '/^  "verdict": / { verdict = $2; gsub(/[",]/, "", verdict) }
		/^  "code": / { print verdict, $2 + 0 }
		/^  "(exit|fired|leaks|why)": /' result.json >told
	cat told
	read -r e2e_told <told || fail "no JSON of: $1"
}

# checked CODE VERDICT ARGUMENT... - runs `snaprig check` on a volume of $check_size; the result is
# in result.json, and nothing may be left.
checked()
{
	e2e_code=$1 e2e_verdict=$2
	shift 2
	e2e_status=0
	# If an option is given twice, the last one counts.
	timeout 120 "$SNAPRIG" check ${check_size:+--size "$check_size"} --json "$@" >result.json \
		2>said || e2e_status=$?
	sed 's/^/  said: /' said
	result_tells "$*"
	same "$e2e_code" "$e2e_status" "exit of check $*"
	same "$e2e_verdict $e2e_code" "$e2e_told" "verdict and code of check $*"
	nothing_is_left "$*"
}
