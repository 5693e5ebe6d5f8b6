#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a test has left is found by whole names: nothing below x10 is below x1; and it is
# released, also where names have blanks.
. "${0%/*}/../lib/e2e.sh"

requires_loop
mkdir x1 x10 "x1 2"
truncate -s 1M x10/file "x1 2/file"
mount -t tmpfs tmpfs x10 2>/dev/null || skip "no tmpfs can be mounted"
mount -t tmpfs tmpfs "x1 2"
truncate -s 1M x10/file "x1 2/file"
for folder in x10 "x1 2"; do
	loop=$(losetup -f --show "$folder/file")
	# Not detach_own: once the mount has gone the file below it is known by another path.
	on_exit "losetup -d '$loop' 2>/dev/null"
done

# left_below FOLDER
left_below()
{
	# shellcheck disable=SC2016 # for the other shell
	LOOP_TENTHS_MAX=1 \
		bash -c '. "$1/tools/leftovers.bash" && leftovers_below "$2"' \
		bash "$e2e_root" "$work/$1"
}

same "" "$(left_below x1)" "what is below x1"
for folder in x10 "x1 2"; do
	same 2 "$(left_below "$folder" | wc -l)" "things below $folder"
	left_below "$folder" | grep -qxF "left mounted: $work/$folder" || fail "no mount: $folder"
	# shellcheck disable=SC2016 # for the other shell
	bash -c '. "$1/tools/leftovers.bash" && release_below "$2"' bash "$e2e_root" "$work/$folder"
	wait_until 10 test -z "$(left_below "$folder")" ||
		fail "left below $folder: $(left_below "$folder")"
done
