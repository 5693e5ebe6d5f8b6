#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# in_a_namespace.sh COMMAND... - runs it in a mount namespace of its own, from which no mount
# propagates.
#
# A new namespace has a copy of each mount, which keeps a file system alive that is unmounted
# elsewhere: so it unmounts its copies of other tests' mounts ($work is the caller's).
#
# In a chroot, / may not be a mount point, so its propagation cannot be set.  There, the usual
# folders are made private one by one if they are mount points; other mounts may propagate, so
# whatever mounts there must unmount, and all copies are kept.
set -eu

# shellcheck disable=SC2016 # for the shell inside
! mountpoint -q / || exec unshare --mount --propagation private sh -c '
	work=${work:-none}/ awk "\$2 ~ \"/snaprig-tests[.]\" &&
		index(\$2, ENVIRON[\"work\"]) != 1 { print \$2 }" /proc/self/mounts | tac |
		xargs -r umount -l 2>/dev/null || :
	exec "$@"' sh "$@"
# shellcheck disable=SC2016 # for the shell inside
exec unshare --mount --propagation unchanged sh -c '
	for folder in /dev /etc /proc /sys /tmp; do
		mount --make-private "$folder" 2>/dev/null || :
	done
	exec "$@"' sh "$@"
