#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# runs-as: user
#
# A volume with a DOS table has its file system in the first partition, for --gives tree and for the
# oracle.  A boot sector that only ends as a table does is none.
# shellcheck disable=SC2016 # for the other shell
. "${0%/*}/../lib/e2e.sh"

[ "$(id -u)" = 0 ] || requires_user_mount
[ "$(id -u)" = 0 ] || requires fuse2fs
requires jq
requires mke2fs
. "$e2e_root/tests/lib/e2e_check.sh"
export SNAPRIG_SHARE="$e2e_root/scenarios"

tree_is_saved()
{
	checked 0 intact --image "$1" --gives tree --restore 'tar -C {restored} -xf {out}' -- \
		'[ -s {snapshot}/numbers ] && tar -C {snapshot} -cf {out} .'
}

mkdir tree
seq 20000 >tree/numbers

mke2fs -q -t ext4 -d tree -E offset=1048576 part.img 7M
truncate -s 8M part.img
printf '\0\0\0\0\203\0\0\0\0\10\0\0\0\70\0\0' |
	dd of=part.img bs=1 seek=446 conv=notrunc status=none
printf '\125\252' | dd of=part.img bs=1 seek=510 conv=notrunc status=none
tree_is_saved part.img

mke2fs -q -t ext4 -d tree whole.img 8M
dd if=part.img of=whole.img bs=1 skip=446 seek=446 count=66 conv=notrunc status=none
tree_is_saved whole.img
