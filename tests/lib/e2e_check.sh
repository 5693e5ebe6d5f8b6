# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# e2e_check.sh - for scripts about commands that mount, run a client and take all away again;
# sourced after e2e.sh.  What is temporary lies in a folder of the test's own.
# shellcheck disable=SC2154 # $work is of e2e.sh

mkdir "$work/tmp"
export TMPDIR="$work/tmp"

# nothing_is_left WHAT - of WHAT, as it is called when something is.
nothing_is_left()
{
	wait_until 15 no_rig_runs || fail "$1: a rig is still running"
	same "" "$(mounts_below "$work")" "$1: mounts"
	same "" "$(ls -A "$work/tmp")" "$1: temporary files"
	! grep -qsF "$work/" /sys/block/loop*/loop/backing_file || fail "$1: a loop device"
	! pgrep -f "nbdkit.*$work/" || fail "$1: a server is still running"
}

# checked CODE VERDICT ARGUMENT... - of `snaprig check`, on a volume of $check_size; the result is
# in result.json, and nothing is left.
checked()
{
	e2e_code=$1 e2e_verdict=$2
	shift 2
	e2e_status=0
	# An option given twice is the last one.
	timeout 120 "$SNAPRIG" check ${check_size:+--size "$check_size"} --json "$@" >result.json \
		2>said || e2e_status=$?
	sed 's/^/  said: /' said
	jq -c '[.failure, .verdict, .exit, .fired, .why]' result.json || fail "no JSON of: $*"
	same "$e2e_code" "$e2e_status" "exit of check $*"
	same "$e2e_verdict" "$(jq -r .verdict result.json)" "verdict of check $*"
	same "$e2e_code" "$(jq -r .code result.json)" "code of check $*"
	nothing_is_left "$*"
}
