#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A snapshot is seen before its writers have thawed.  Deleted then, it is there
# until whoever takes it was told, and has closed it.
. "${0%/*}/../lib/e2e.sh"

mount_volume 16MiB --writer 'simulated name=W thaw=4s'
(
	exec 3<>"$mnt/snapshots/s"
	echo taken >>answers
	sleep 0.5
) &
toucher=$!
wait_until 10 test -e "$mnt/snapshots/s" || fail "it is not seen before they thaw"
rig snapshot delete "$mnt" s
echo deleted >>answers
wait "$toucher" || fail "whoever takes it is told that it failed"
same "taken deleted" "$(tr '\n' ' ' <answers | sed 's/ $//')" "order of the answers"
[ ! -e "$mnt/snapshots/s" ] || fail "it is still there"

# touch sets the times of what is going by then: it was taken.
for how in "rig snapshot delete $mnt t" "rm $mnt/snapshots/t"; do
	touch "$mnt/snapshots/t" 2>touched &
	toucher=$!
	wait_until 10 test -e "$mnt/snapshots/t" || fail "it is not seen before they thaw"
	$how || fail "it cannot be deleted by '$how'"
	wait "$toucher" || fail "touch, while '$how': $(cat touched)"
	[ ! -e "$mnt/snapshots/t" ] || fail "it is still there after '$how'"
done
umount_volume
