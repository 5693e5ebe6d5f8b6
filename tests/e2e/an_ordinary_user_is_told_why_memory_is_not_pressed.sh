#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# runs-as: user
#
# Who may not make a cgroup is told so, with the exit that means a missing
# privilege, and goes on feigning.
. "${0%/*}/../lib/e2e.sh"

not_under_valgrind "does not know pidfd_open(2), and rigs have no children"
requires jq fusermount3
[ "$(id -u)" != 0 ] || skip "runs as an ordinary user only"
[ -w /dev/fuse ] || skip "/dev/fuse cannot be opened"
rig doctor | grep -q '^ok .*memory cgroup' && skip "cgroups can be made by this user"
mount_volume 8MiB
refused 77 'cannot be made by this user|needs a memory controller' \
	rig gauge set "$mnt" memory.used 85% --real --size 64MiB
same system "$(status '.gauges["memory.used"].source')" "source"
rig doctor | grep -q '^limited .*memory cgroup' || fail "doctor does not say so"

# Nothing is left under way: it may be tried again, feigned, and unmounted.
refused 77 'memory' rig gauge set "$mnt" memory.used 85% --real --size 64MiB
rig gauge set "$mnt" memory.used 85%
same true "$(status '.gauges["memory.used"].feigned')" "feigned"
rig gauge release "$mnt" memory.used
umount_volume
