# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# lvm_sequences.sh - random sequences of LVM commands and writes, in worlds of `snaprig lvm`.

# run_sequence SEED STEPS - in one world: after each step, every device contains what the arrays
# say, and dmsetup reports how full each snapshot is.  Nothing of it may be left on the machine.
run_sequence()
{
	rm -rf volume.img volume.img.snaprig
	rig create volume.img --size 8MiB >created
	rig lvm volume.img --free 80MiB -- "$E2E_TOOLS/lvm_sequences" "$1" "$2" >sequence 2>&1 || {
		cat sequence
		fail "world $1, $2 steps (COUNT=1 SEED=$1)"
	}
	grep -qs "$work/" /sys/block/loop*/loop/backing_file && fail "world $1 has left a loop device"
	mounts_below "$work" | grep . && fail "world $1 has left a mount"
	if [ -n "$(ls volume.img.snaprig/lvm/origins)" ] && [ -z "$(ls volume.img.snaprig/lvm/areas)" ]; then
		fail "world $1 has left the state of a rig that has no snapshot"
	fi
}
