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
