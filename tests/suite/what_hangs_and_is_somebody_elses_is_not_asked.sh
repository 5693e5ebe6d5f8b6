#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A rig that stands still, its mount, and a loop device over a file of it hold up no run
# beside them: no test asks a mount or a device that is not its own.
. "${0%/*}/../lib/e2e.sh"

requires_loop
requires mkfs.ext4
mount_volume 16MiB
pid=$(rig_pid)
loop=$(losetup -f --show "$mnt/live")
on_exit "detach_own '$loop'"
kill -STOP "$pid"
# Whatever waits for it is let go in the end, or the run would not end either.
(
	sleep 100
	kill -CONT "$pid"
) &
guard=$!
on_exit "kill $guard 2>/dev/null"
on_exit "kill -CONT $pid 2>/dev/null"
for test in unit/test_children_writer_fsfreeze e2e/a_stale_mount_is_replaced \
	e2e/umount_returns_when_the_rig_has_ended; do
	env -u E2E_WORK -u LONG_SECONDS -u BUDGET_SECONDS TEST_SET=short TEST_SECONDS_MAX=80 \
		"$e2e_root/tools/run-tests" "$(dirname "$SNAPRIG")" "${SNAPRIG_CONFIG:-release}" \
		"$test" >said 2>&1 || {
		cat said
		fail "$test does not pass beside it"
	}
	tail -n 1 said | grep -q ', 0 failed, 0 skipped$' || fail "$(cat said)"
done
kill -CONT "$pid"
losetup -d "$loop"
wait_until 120 has_no_loop "$mnt/live" || fail "the device is not let go"
umount_volume
