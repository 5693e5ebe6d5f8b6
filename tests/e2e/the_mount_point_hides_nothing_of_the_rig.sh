#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A mount point over the image, its state or --store is refused, however it is
# named: the rig would have to answer itself.  Nothing is left behind.
. "${0%/*}/../lib/e2e.sh"

# hidden TEXT ARGUMENT... - refused by `mount`, in time, and nothing was made.
hidden()
{
	text=$1
	shift
	refused 2 "would hide $text" timeout -k 1 20 "$SNAPRIG" mount "$@"
	[ -z "$(mounts_below "$work")" ] || fail "something is mounted"
}

mkdir -p d/e/f other
rig create d/e/f/v.img --size 1MiB
for folder in d d/e d/e/f ./d/../d/e; do
	hidden image d/e/f/v.img "$folder"
	hidden image d/e/f/v.img "$folder" --foreground
done
(cd d/e/f && hidden image v.img .)
ln -s d/e way
hidden image d/e/f/v.img way
hidden image way/f/v.img d
ln -s ../d/e/f/v.img other/link.img
hidden image other/link.img d
[ ! -e d/e/f/v.img.snaprig ] || fail "a state folder was made"

mkdir -p s/t
for folder in s s/t; do
	hidden "state folder" d/e/f/v.img "$folder" --store s/t
done
(cd s && hidden "state folder" ../d/e/f/v.img . --store t)
hidden "state folder" d/e/f/v.img s --store s/new
[ ! -e s/new ] || fail "a state folder was made"

# What looks alike, and what lies beside it, is fine.
mkdir d/e/f/mnt d/e/f/v
rig mount d/e/f/v.img d/e/f/mnt
rig status d/e/f/mnt >/dev/null
rig umount d/e/f/mnt
rig mount d/e/f/v.img d/e/f/v --store s/t
rig umount d/e/f/v
rig mount other/link.img other
rig umount other

[ "$(id -u)" = 0 ] || exit 0
mkdir bound
mount --bind d/e bound
refused 2 "would hide image" timeout -k 1 20 "$SNAPRIG" mount d/e/f/v.img bound/f
refused 2 "would hide image" timeout -k 1 20 "$SNAPRIG" mount bound/f/v.img d/e
