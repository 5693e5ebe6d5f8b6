#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Whoever sits at the end of MNT/.snaprig/control is told nothing, unless it is this
# user or root; and root is told whose a volume is that it cannot reach.
. "${0%/*}/../lib/e2e.sh"

requires_root
requires socat setpriv
chmod 755 "$work"
mkdir -m 777 theirs
mkdir -p fake/.snaprig
ln -s "$work/theirs/control.sock" fake/.snaprig/control
setpriv --reuid 65534 --clear-groups socat -u \
	UNIX-LISTEN:theirs/control.sock,fork,mode=666 OPEN:theirs/heard,creat,append &
on_exit "kill $!"
wait_until 10 test -S theirs/control.sock || fail "nobody listens"
for command in "status fake" "snapshot create fake secret" "umount fake" "fault list fake"; do
	# shellcheck disable=SC2086 # words
	refused 4 "another user's: it was told nothing" timeout 20 "$SNAPRIG" $command
done
sleep 0.2
[ ! -s theirs/heard ] || fail "it was told: $(cat theirs/heard)"
