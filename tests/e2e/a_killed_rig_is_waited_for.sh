#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The locks of a rig that was killed stay until its last I/O is over, which takes seconds on a busy
# disk.  Here whoever locked the image is gone, and a child keeps the descriptor until somebody says
# that he waits.
. "${0%/*}/../lib/e2e.sh"

is_held()
{
	: >told
	flock "$1" sh -c '(tries=600; until grep -q waiting told || [ $tries = 0 ]; do
		tries=$((tries - 1)); sleep 0.1; done) >/dev/null 2>&1 &'
}

mount_volume 4MiB
umount_volume
is_held "$image"
rig mount "$image" "$mnt" 2>told || fail "not waited for: $(cat told)"
grep -q "waiting for a killed rig" told || fail "does not tell that it waits: $(cat told)"
umount_volume

# The same of the state folder, and of whoever checks.
is_held "$image.snaprig"
rig verify "$image" 2>told || fail "not waited for: $(cat told)"
grep -q "waiting for a killed rig" told || fail "does not tell that it waits: $(cat told)"

# Who lives is not waited for.
flock --no-fork "$image" sleep 1000 &
holder=$!
while flock --nonblock "$image" true; do sleep 0.1; done
refused 4 "volume.img.*mounted by another rig" rig mount "$image" "$mnt"
! grep -q "waiting" "$work/stderr" || fail "the living are waited for"
kill "$holder"
