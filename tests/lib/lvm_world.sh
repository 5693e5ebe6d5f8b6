# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154
#
# lvm_world.sh - for scripts that run something in a world of the LVM tools; sourced after e2e.sh.

requires_loop
export E2E_TOOLS
# The open files of the shell that runs tests are not their subject.
export LVM_SUPPRESS_FD_WARNINGS=1
requires dmsetup lvcreate

# make_image [SIZE] - creates a volume at $image.
make_image()
{
	image=$work/volume.img
	rig create "$image" --size "${1:-32MiB}"
}

# world [OPTION...] -- COMMAND... - runs it in a world of $image.
world()
{
	rig lvm "$image" "$@"
}

# nothing_is_left - of any world of $image: no process, no mount; and no loop device, which can be
# checked only while no other test has a world.
nothing_is_left()
{
	wait_until 20 no_process_is_left || fail "processes are left: $(processes_left)"
	! mounts_below "$work" | grep . || fail "something is mounted"
	wait_until 120 no_loop_is_left || fail "loop devices are left"
	[ ! -e "$image.snaprig/lvm/free" ] || ! has_loop "$image.snaprig/lvm/free" ||
		fail "a loop device lies on the group"
}

processes_left()
{
	grep -lsaF -e "$work/" /proc/[0-9]*/cmdline | tr -dc '0-9\n' |
		while IFS= read -r e2e_pid; do
			case $(tr '\0' ' ' 2>/dev/null <"/proc/$e2e_pid/cmdline") in
			*" lvm "* | *" mount "*) echo "$e2e_pid" ;;
			esac
		done
}

no_process_is_left()
{
	[ -z "$(processes_left)" ]
}

no_loop_is_left()
{
	pgrep -x snaprig-disks >/dev/null ||
		! grep -qs '^/run/snaprig-world/' /sys/block/loop*/loop/backing_file
}
