# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# e2e_lvm.sh - runs command scripts in the world of `snaprig lvm`, and compares them with recordings
# of a real kernel.
#
# Sourced with $SNAPRIG, the program, and $lvm_record, the recorder (tests/conform).
# shellcheck disable=SC2154 # of whoever sources this

# The size of the volume vg0/live in the recordings.
lvm_volume_size=64MiB

# lvm_script RECORDING - prints the script that it was made from.
lvm_script()
{
	sed -n -e 's/^\$ //p' -e '/^~ /p' "$1"
}

# lvm_record_world SCRIPT - runs it in a world of a new image, in the current folder, and prints the
# recording.
lvm_record_world()
{
	rm -rf image image.snaprig
	"$SNAPRIG" create image --size "$lvm_volume_size" >/dev/null || return 1
	# shellcheck disable=SC2016 # of the shell in the world
	"$SNAPRIG" lvm image -- bash -c '
		PV=$(pvs --noheadings -o pv_name | tr -d " ") exec "$@"' - "$lvm_record" "$1"
	rm -rf image image.snaprig
}

# lvm_compare RECORDING - true if a world behaves the same; prints the differences.
lvm_compare()
{
	lvm_script "$1" >script
	lvm_record_world "$PWD/script" >found 2>said || {
		echo "$1: $(cat said)"
		return 1
	}
	diff -u --label recorded --label found "$1" found >difference || {
		echo "$1:"
		head -n 40 difference
		return 1
	}
}

# lvm_compare_all RECORDING... - fails if a world behaves differently in any of them.
lvm_compare_all()
{
	requires_root
	requires_loop
	requires bash lvm dmsetup kpartx
	# The texts are those of one version of the tools.
	lvm version 2>/dev/null | grep -q 'LVM version: *2\.03\.16' ||
		skip "another version of LVM"
	lvm_record=$e2e_root/tests/conform/lvm-record
	different=0 compared=0
	for recording in "$@"; do
		! budget_is_over "$compared" $# recordings || break
		lvm_compare "$recording" || different=$((different + 1))
		compared=$((compared + 1))
	done
	same 0 "$different" "recordings that a world does not repeat"
}
