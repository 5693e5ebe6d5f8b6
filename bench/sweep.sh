#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# sweep.sh PROGRAM FOLDER - waits for the end of its standard input, which its parent keeps open and
# loses however it ends; then removes everything of the benchmark in FOLDER: mounts and processes,
# as listed in FOLDER/started, the last one first; then FOLDER.
#
# A line is: rig MNT | fuse MNT | disk MNT | process PID | folder PATH.  It is written before the
# thing exists.  What the parent was starting when it was killed may appear later: so the clean-up
# is repeated until no process works in FOLDER or has it on its command line.
trap '' INT TERM HUP
program=$1
folder=$2

ATTEMPTS=300

# In the kernel's spelling of a path; a mount whose server is gone still counts.
is_mounted()
{
	grep -qF " $(printf '%s\n' "$1" | sed 's/\\/\\134/g; s/ /\\040/g; s/	/\\011/g') " \
		/proc/self/mounts
}

# The pid may have been reused: our process names the folder.
is_ours()
{
	[ "$1" != $$ ] && tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline" | grep -qF -e "$folder"
}

sweep()
{
	case $1 in
	process) ! is_ours "$2" || kill "$2" ;;
	folder) rm -rf --one-file-system "$2" ;;
	*) is_mounted "$2" || return 0 ;;
	esac
	case $1 in
	rig) "$program" umount "$2" ;;
	fuse) umount "$2" || fusermount3 -u "$2" ;;
	disk) umount "$2" ;;
	esac
} >/dev/null 2>&1

sweep_all()
{
	tac "$folder/started" 2>/dev/null | while read -r kind what; do
		sweep "$kind" "$what"
	done
}

# Loads, which work in the folder, need no clean-up, and would create their files again.
end_loads()
{
	# shellcheck disable=SC2010,SC2012 # one ls for all of them; the numbers are what is read
	ls -l /proc/[0-9]*/cwd 2>/dev/null | grep -F -e "-> $folder" |
		sed 's|.*/proc/\([0-9]*\)/cwd -> .*|\1|' | xargs -r kill -KILL 2>/dev/null
}

# Processes of this search itself have ended when they are checked.
somebody_is_left()
{
	# shellcheck disable=SC2013 # paths of /proc
	for path in $(grep -lsF -e "$folder" /proc/[0-9]*/cmdline); do
		path=${path%/cmdline}
		is_ours "${path#/proc/}" || continue
		# It had no time to end by itself, or was not in the list yet.
		[ "$attempt" -lt 10 ] || kill "${path#/proc/}"
		return 0
	done
	return 1
}

cat >/dev/null
cd /
attempt=0
while [ "$attempt" -lt "$ATTEMPTS" ]; do
	end_loads
	sweep_all
	somebody_is_left || break
	sleep 0.1
	attempt=$((attempt + 1))
done
rm -rf --one-file-system "$folder"
