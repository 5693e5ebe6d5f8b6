#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A snapshot is seen before its writers have thawed.  Deleted then, it is there
# until whoever takes it was told, and has closed it.
. "${0%/*}/../lib/e2e.sh"

mount_volume 16MiB --writer 'simulated name=W thaw=4s'
(
	# As touch, but for the times that it sets of what is going by then.
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
umount_volume
