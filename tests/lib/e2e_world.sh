# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# e2e_world.sh - the real LVM tools in the world of `snaprig lvm`: their exact output.
#
# Sourced after e2e.sh by a test, and by the scripts that it runs inside, which use only what is
# below "inside".

# requires_world TOOL... - root, loop devices, and LVM's tools in the version with the known texts.
requires_world()
{
	requires_root
	requires_loop
	requires lvm dmsetup mkfs.ext4 "$@"
	lvm version 2>/dev/null | grep -q 'LVM version: *2\.03\.16' ||
		skip "another version of LVM"
}

# in_world [OPTION...] - runs stdin in the world of the volume $image, 64 MiB, which is created if
# needed.  Fails with the first command that fails.
# shellcheck disable=SC2154 # of e2e.sh
in_world()
{
	image=$work/volume.img
	[ -e "$image" ] || rig create "$image" --size 64MiB
	{
		echo ". '$e2e_root/tests/lib/e2e_world.sh'"
		echo "set -eu"
		cat
	} >inside
	LVM_SUPPRESS_FD_WARNINGS=1 rig lvm "$@" "$image" -- sh "$work/inside" ||
		fail "in the world: exit $?"
}

# ---- inside ----

# says EXIT TEXT COMMAND... - the command exits with EXIT and prints exactly TEXT, on stdout and
# stderr.
says()
{
	world_exit=$1 world_text=$2
	shift 2
	world_status=0
	world_said=$("$@" 2>&1 </dev/null) || world_status=$?
	if [ "$world_status" != "$world_exit" ] || [ "$world_said" != "$world_text" ]; then
		printf '%s\n' "FAIL: $*: exit $world_status and not $world_exit" \
			"--- said" "$world_said" "--- wanted" "$world_text"
		exit 1
	fi
}

# field COMMAND... - prints its only line without surrounding spaces.
field()
{
	"$@" | sed 's/^ *//; s/ *$//'
}

# held_open NODE - by a reader in the background, whose pid is in $holder.
held_open()
{
	# shellcheck disable=SC2217 # it has it open
	sleep 100 <"$1" &
	holder=$!
	until [ "$(readlink "/proc/$holder/exe")" != "$(readlink "/proc/$$/exe")" ]; do
		:
	done
}

let_go()
{
	kill "$holder"
	wait "$holder" || :
}

# sleeps PID NAME - waits until the process runs NAME, and sleeps in a call.
sleeps()
{
	world_looks=0
	while [ $world_looks -lt 4 ]; do
		sleep 0.05
		[ -d "/proc/$1" ] || return
		world_looks=$((world_looks + 1))
		[ "$(cat "/proc/$1/comm")" = "$2" ] &&
			grep -q '^State:[[:space:]]*S' "/proc/$1/status" || world_looks=0
	done
}

# partition NODE - writes a DOS table with one partition: 100000 sectors from sector 2048 on.
partition()
{
	printf '\0\0\0\0\203\0\0\0\0\010\0\0\240\206\001\0' |
		dd of="$1" bs=1 seek=446 conv=notrunc status=none
	printf '\125\252' | dd of="$1" bs=1 seek=510 conv=notrunc status=none
}
