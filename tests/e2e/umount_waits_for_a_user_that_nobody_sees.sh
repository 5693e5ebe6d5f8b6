#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Somebody has the mount in use for a moment and cannot be named, as who walks through its path:
# umount waits a little.  Who can be named is named at once; who stays is too long.
. "${0%/*}/../lib/e2e.sh"

requires python3
# Of a mount that others' new namespaces have a copy of, those are named.
if [ "$(id -u)" = 0 ] && [ "${1:-}" != inside ] && (in_a_namespace true); then
	e2e_status=0
	(in_a_namespace "$e2e_root/tests/e2e/$e2e_name.sh" inside) || e2e_status=$?
	exit "$e2e_status"
fi
mount_volume 4MiB

# hold - an open file in no process: on its way through a socket.
hold()
{
	python3 - "$mnt/live" held <<-'END' &
		import os, signal, socket, sys
		ends = socket.socketpair()
		file = os.open(sys.argv[1], os.O_RDONLY)
		socket.send_fds(ends[0], [b"x"], [file])
		os.close(file)
		open(sys.argv[2], "w").close()
		signal.pause()
	END
	holder=$!
	on_exit "kill $holder 2>/dev/null"
	wait_until 60 [ -e held ] || fail "nobody holds it"
	rm held
}

hold
(sleep 0.4 && kill "$holder") &
umount_volume
wait "$holder" || :

rig mount "$image" "$mnt"
hold
refused 4 'cannot unmount .*: in use$' rig umount "$mnt"
is_mounted "$mnt" || fail "it was unmounted all the same"
kill "$holder"
wait "$holder" || :
umount_volume
