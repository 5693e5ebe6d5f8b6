# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# leftovers.bash - what is mounted, attached and running below a folder, and how to remove it.
# Sourced by tools/run-tests.
#
# Everything is read from the kernel's tables, without access to any device or mount, because
# another one that hangs would not answer.  Names are compared component by component: what is below
# /tmp/x10 is not below /tmp/x1.

# mounts_below FOLDER - the mounts at or below it; the latest last.
mounts_below()
{
	local point
	while read -r _ point _; do
		# These are octal; to printf, a digit that follows would be a part of the number.
		point=${point//\\040/ } point=${point//\\011/$'\t'}
		point=${point//\\012/$'\n'} point=${point//\\134/\\}
		[[ $point/ != "$1"/* ]] || printf '%s\n' "$point"
	done </proc/self/mounts
}

# loops_below FOLDER - the loop devices over files in it.
loops_below()
{
	local backing device file
	for backing in /sys/block/loop*/loop/backing_file; do
		[ -e "$backing" ] || continue
		IFS= read -r file 2>/dev/null <"$backing" || continue
		device=${backing#/sys/block/}
		[[ $file != "$1"/* ]] || echo "/dev/${device%%/*}"
	done
}

# loops_that_stay FOLDER - those that still exist after 20 s, or LOOP_TENTHS_MAX: another test that
# has made a mount namespace has copies of all mounts in it, and so keeps their devices until it
# ends.
loops_that_stay()
{
	local tenths
	for ((tenths = 0; tenths < ${LOOP_TENTHS_MAX:-200}; tenths++)); do
		[ -n "$(loops_below "$1")" ] || return 0
		sleep 0.1
	done
	loops_below "$1"
}

# rigs_below FOLDER - "PID COMMAND" of the program's processes that name a file in it.
rigs_below()
{
	local line pid command
	grep -lsaF -e "$1/" /proc/[0-9]*/cmdline | while IFS= read -r line; do
		command=$(tr '\0' ' ' 2>/dev/null <"$line")
		pid=${line#/proc/}
		[[ $command != *"snaprig "*"$1/"* ]] || echo "${pid%/cmdline} $command"
	done
}

# leftovers_below FOLDER - a line for each, and the report of a sanitizer about a program that ran
# in the background.
leftovers_below()
{
	mounts_below "$1" | sed 's/^/left mounted: /'
	loops_that_stay "$1" | sed 's/^/left attached: /'
	rigs_below "$1" | sed 's/^/left running: /'
	# A thread that ends during the search for leaks holds none.
	grep -hsv '^==[0-9]*==Unable to get registers from thread [0-9]*\.$' "$1"/sanitizer.*
	# The other lines are about system calls that it does not know.
	grep -hs '^==' "$1"/valgrind.*
}

# release_below FOLDER - removes the mounts and loop devices.
release_below()
{
	local point
	mounts_below "$1" | tac | while IFS= read -r point; do
		umount -l "$point" 2>/dev/null || fusermount3 -uz "$point" 2>/dev/null
	done
	loops_below "$1" | xargs -r -n1 timeout 10 losetup -d
}
