#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What others have planted in place of the state folder, or in it, is refused in
# time, with its name, and nothing is written through it.
. "${0%/*}/../lib/e2e.sh"

mnt=$work/mnt
state=$work/volume.img.snaprig
mkdir "$mnt" victim
rig create volume.img --size 1MiB

# refuses WHY TEXT - the mount says TEXT and leaves nothing mounted; then the state goes.
refuses()
{
	refused 2 "$1" timeout -k 1 20 "$SNAPRIG" mount volume.img "$mnt"
	! is_mounted "$mnt" || fail "mounted although: $1"
	same "" "$(names_of victim)" "what was written elsewhere"
	rm -rf "$state"
}

# A good one, to plant things in.
prepare()
{
	rig mount volume.img "$mnt"
	touch "$mnt/snapshots/s0"
	rig umount "$mnt"
	rig mount volume.img "$mnt"
	rig snapshot delete "$mnt" s0
	rig umount "$mnt"
}

ln -s "$work/victim" "$state"
refuses "snaprig': it is a symbolic link"
mkdir -m 777 "$state"
refuses "can be written to by others"
mkdir -m 775 "$state"
chmod 775 "$state"
refuses "can be written to by others"
: >"$state"
refuses "is no folder"

for name in rig.log events.jsonl volume control.sock; do
	prepare
	rm -f "$state/$name"
	mkfifo "$state/$name"
	refuses "'$name' is not a regular file"
	prepare
	rm -f "$state/$name"
	ln -s "$work/victim/made" "$state/$name"
	refuses "'$name' is a symbolic link"
done
for name in rig.log events.jsonl volume; do
	prepare
	chmod 666 "$state/$name"
	refuses "'$name' can be written to by others"
done
prepare
ln "$state/volume" another
refuses "'volume' has a second name"

# --store is looked at in the same way; whoever names a link is told.
mkdir -m 700 store
ln -s store link
refused 2 "link': it is a symbolic link" rig mount volume.img "$mnt" --store link
refused 2 "link': it is a symbolic link" rig mount volume.img "$mnt" --store link/
chmod 777 store
refused 2 "store': it can be written to by others" rig mount volume.img "$mnt" --store store
# The sticky bit keeps others from what is not theirs: a tmpfs has it.
chmod 1777 store
rig mount volume.img "$mnt" --store store
rig umount "$mnt"

[ "$(id -u)" = 0 ] || exit 0
mkdir -m 700 "$state"
chown 65534 "$state"
refuses "it belongs to another user"
prepare
chown 65534 "$state/volume"
refuses "'volume' belongs to another user"
mkdir -m 1777 "$state"
chmod 1777 "$state"
setpriv --reuid 65534 --clear-groups sh -c ": >'$state/rig.log'" 2>/dev/null ||
	{ : >"$state/rig.log" && chown 65534 "$state/rig.log"; }
refuses "'rig.log' belongs to another user"
mknod "$work/probe" c 1 3 2>/dev/null || exit 0
prepare
rm -f "$state/rig.log"
mknod "$state/rig.log" c 1 3
refuses "'rig.log' is not a regular file"
