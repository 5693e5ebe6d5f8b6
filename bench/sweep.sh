#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# sweep.sh PROGRAM FOLDER - waits for the end of its standard input, which its starter holds and
# loses however it ends, and leaves nothing of the benchmark in FOLDER: what is mounted goes, and
# processes, as FOLDER/started lists them, the last one first; then FOLDER.
#
# A line is: rig MNT | fuse MNT | disk MNT | process PID.
trap '' INT TERM HUP
program=$1
folder=$2

# What has a file open there may need a moment to end.
ATTEMPTS=150

unmount()
{
	case $1 in
	rig) "$program" umount "$2" ;;
	fuse) umount "$2" || fusermount3 -u "$2" ;;
	disk) umount "$2" ;;
	esac >/dev/null 2>&1
}

# Its number may be somebody else's by now: ours names the folder.
end_process()
{
	tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline" | grep -qF "$folder" && kill "$1"
}

# As the kernel writes a path; a mount whose server is gone is still one.
is_mounted()
{
	grep -qF " $(printf '%s\n' "$1" | sed 's/\\/\\134/g; s/ /\\040/g; s/	/\\011/g') " \
		/proc/self/mounts
}

is_there()
{
	case $1 in
	process) tr '\0' ' ' 2>/dev/null <"/proc/$2/cmdline" | grep -qF "$folder" ;;
	*) is_mounted "$2" ;;
	esac
}

sweep()
{
	attempt=0
	while [ "$attempt" -lt "$ATTEMPTS" ] && is_there "$1" "$2"; do
		case $1 in
		process) end_process "$2" ;;
		*) unmount "$1" "$2" ;;
		esac
		[ "$attempt" = 0 ] || sleep 0.1
		attempt=$((attempt + 1))
	done
}

cat >/dev/null
[ ! -e "$folder/started" ] || tac "$folder/started" | while read -r kind what; do
	sweep "$kind" "$what"
done
rm -rf --one-file-system "$folder"
