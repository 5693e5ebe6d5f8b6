#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# in_a_namespace.sh COMMAND... - runs it in a mount namespace of its own, from which no
# mount gets out.
#
# In a chroot / may be no mount point whose propagation could be set.  There the usual
# folders are made private one by one, those that are mount points; what is mounted
# elsewhere may get out, so whoever mounts there unmounts.
set -eu

! mountpoint -q / || exec unshare --mount --propagation private "$@"
# shellcheck disable=SC2016 # for the shell inside
exec unshare --mount --propagation unchanged sh -c '
	for folder in /dev /etc /proc /sys /tmp; do
		mount --make-private "$folder" 2>/dev/null || :
	done
	exec "$@"' sh "$@"
