#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Somebody has the mount in use for a moment and cannot be named, as who walks through its path:
# umount waits a little.  Who can be named is named at once; who stays is too long.
. "${0%/*}/../lib/e2e.sh"

requires python3
mount_volume 4MiB

# hold SECONDS - an open file in no process: on its way through a socket.
hold()
{
	python3 - "$mnt/live" "$1" held <<-'END' &
		import os, socket, sys, time
		ends = socket.socketpair()
		file = os.open(sys.argv[1], os.O_RDONLY)
		socket.send_fds(ends[0], [b"x"], [file])
		os.close(file)
		open(sys.argv[3], "w").close()
		time.sleep(float(sys.argv[2]))
	END
	holder=$!
	on_exit "kill $holder 2>/dev/null"
	wait_until 20 [ -e held ] || fail "nobody holds it"
	rm held
}

hold 0.4
umount_volume
wait "$holder"

rig mount "$image" "$mnt"
hold 600
refused 4 'cannot unmount .*: in use$' rig umount "$mnt"
is_mounted "$mnt" || fail "it was unmounted all the same"
kill "$holder"
wait "$holder" || :
umount_volume
