#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What others copy, map and compare with, each in its own way of reading and of passing
# over holes, gets the bytes of the live view and of a snapshot: on every profile, at
# sizes that are no multiple of anything, with holes, data, zeros and both at the end.
#
# A program that is not there is left out; with PROGRAMS=required, as in tests/long, the
# test fails without it.
. "${0%/*}/../lib/e2e.sh"

# copy_NAME FROM TO - by that program; or `compare_NAME FROM REFERENCE`.
copy_cp()
{
	# The copy of a snapshot is read-only, as that is, and cp may have to replace it.
	cp --sparse=always "$1" "$2" && cmp "$1" "$2" && cp -f --sparse=auto "$1" "$2"
}

copy_tar()
{
	tar -C "$(dirname "$1")" -S -cf "$2.tar" "$(basename "$1")" &&
		tar -xOf "$2.tar" >"$2"
}

copy_dd()
{
	dd if="$1" of="$2" bs=7000 status=none && dd if="$1" of="$2" bs=64k status=none
}

copy_rsync()
{
	rsync --inplace --sparse "$1" "$2"
}

copy_qemu_img()
{
	qemu-img map -f raw --output=json "$1" >/dev/null &&
		qemu-img convert -f raw -O raw "$1" "$2" &&
		qemu-img compare -f raw -F raw "$1" "$2" >/dev/null
}

copy_nbdcopy()
{
	nbdcopy "$1" "$2"
}

copy_nbdkit()
{
	nbdkit -r -U - file "$1" --run "nbdcopy \$uri '$2'"
}

copy_xfs_io()
{
	# What it seeks must come to an end.
	xfs_io -r -c "seek -a -r 0" "$1" >/dev/null && cat "$1" >"$2"
}

programs=
left_out=
for program in cp tar dd rsync qemu-img nbdcopy nbdkit xfs_io; do
	if command -v "$program" >/dev/null &&
		{ [ "$program" != nbdkit ] || command -v nbdcopy >/dev/null; }; then
		programs="$programs $program"
	else
		left_out="$left_out $program"
	fi
done
[ -z "$left_out" ] || echo "left out:$left_out"
[ -z "$left_out" ] || [ "${PROGRAMS:-}" != required ] || fail "these are missing:$left_out"

# writes SEED FILE... - the same to all of them: data, a zeroed range, the last sector.
writes()
{
	e2e_seed=$1
	shift
	for e2e_file in "$@"; do
		write_at $((e2e_seed * 4096 + 100)) 70000 "$e2e_file" "$e2e_seed"
		write_at 1048576 4096 "$e2e_file" "$e2e_seed"
		write_at $((size - 512)) 512 "$e2e_file" "$e2e_seed"
		dd if=/dev/zero of="$e2e_file" bs=4k seek=256 count=1 conv=notrunc status=none
	done
}

# all_copy FILE REFERENCE WHAT
all_copy()
{
	cmp "$1" "$2" || fail "$3 differs before anybody copies it"
	for program in $programs; do
		rm -f copy
		"copy_$(echo "$program" | tr - _)" "$1" copy 2>err ||
			fail "$program cannot copy $3: $(cat err)"
		cmp copy "$2" || fail "$program copies $3 wrong"
	done
}

for profile in plain datto actiphy elastio lvm vss xen; do
	size=$((2097152 + 3 * 512))
	mount_volume "$size" --profile "$profile"
	truncate -s "$size" reference
	writes 3 "$mnt/live" reference
	touch "$mnt/snapshots/s"
	cp reference reference.s
	writes 40 "$mnt/live" reference
	all_copy "$mnt/live" reference "live under $profile"
	all_copy "$mnt/snapshots/s" reference.s "a snapshot under $profile"
	umount_volume
	rm -rf "$image" "$image.snaprig" reference reference.s
done
