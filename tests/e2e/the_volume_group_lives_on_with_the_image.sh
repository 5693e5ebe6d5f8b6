#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The group that `snaprig lvm` makes of a volume: its extents fit the volume, whatever its
# size; what is in it is there again in the next world, with its snapshots; other options are
# refused then, and --empty leaves the volume alone.
. "${0%/*}/../lib/e2e.sh"

requires_loop
requires lvcreate dmsetup openssl

# in_world SCRIPT [OPTION...] - its output, without blanks before and behind.
in_world()
{
	script=$1
	shift
	rig lvm volume.img "$@" -- sh -c "$script" >said || fail "'$script' ended with $?"
	sed 's/^ *//; s/ *$//' said
}

new_image()
{
	rm -rf volume.img volume.img.snaprig
	random_bytes "$SEED" "$1" >volume.img
}

sizes='vgs --noheadings --units b --nosuffix -o extent_size,free vg0'
new_image 16777216
sum=$(digest volume.img)
same "4194304 16777216" "$(in_world "$sizes" | tr -s ' ')" "extents, free, of 16 MiB"
same "$sum" "$(in_world 'sha256sum </dev/vg0/live' | cut -d' ' -f1)" "content of vg0/live"

# A snapshot of the volume and one of another logical volume, over three worlds.
in_world 'lvcreate -s -L 4M -n b1 vg0/live && lvcreate -y -L 4M -n data vg0 &&
	yes | dd of=/dev/vg0/data bs=1M count=4 iflag=fullblock status=none &&
	lvcreate -s -L 4M -n d1 vg0/data && sync' >/dev/null
in_world 'dd if=/dev/zero of=/dev/vg0/live bs=1M count=2 oflag=direct status=none &&
	dd if=/dev/zero of=/dev/vg0/data bs=1M count=1 oflag=direct status=none' >/dev/null
same "$sum" "$(in_world 'sha256sum </dev/vg0/b1' | cut -d' ' -f1)" "content of vg0/b1"
same "$(yes | head -c 4194304 | sha256sum)" "$(in_world 'sha256sum </dev/vg0/d1')" "content of d1"
same "b1 live d1 data" \
	"$(in_world 'lvs --noheadings -o name,origin -S "origin!=\"\""' | xargs echo)" \
	"snapshots"

for option in '--vg other' '--lv other' '--free 1GiB' --empty; do
	# shellcheck disable=SC2086 # two words
	refused 2 "volume group 'vg0' exists" rig lvm volume.img $option -- true
done
same "" "$(in_world true --vg vg0 --lv live --free 16MiB)" "the same options again"
in_world 'lvremove -q -f vg0/d1 vg0/b1' >/dev/null
same "" "$(find volume.img.snaprig/lvm/areas volume.img.snaprig/lvm/origins -mindepth 1)" \
	"what is kept of snapshots"

refused 2 "'a/b' is not a name for a volume group" rig lvm volume.img --vg a/b -- true
refused 2 "'-x' is not a name for a logical volume" rig lvm volume.img --lv=-x -- true

# Odd sizes: smaller extents, and at the end zeros up to a whole KiB.
new_image $((16777216 + 1024))
same "1024 16778240" "$(in_world "$sizes" | tr -s ' ')" "extents, free, of 16 MiB + 1 KiB"
same "$(digest volume.img)" "$(in_world 'sha256sum </dev/vg0/live' | cut -d' ' -f1)" \
	"content of an odd volume"
new_image $((16777216 + 512))
same "1024 8388608" "$(in_world "$sizes" --free 8MiB 2>note | tr -s ' ')" "extents, free, odd"
grep -q "has 512 bytes of zeros after the volume" note || fail "the padding is not said"
same "$( (cat volume.img && head -c 512 /dev/zero) | sha256sum)" \
	"$(in_world 'sha256sum </dev/vg0/live')" "content of a padded volume"
in_world 'lvcreate -s -L 4M -n b1 vg0/live && dd if=/dev/urandom of=/dev/vg0/live bs=1M \
	count=1 oflag=direct status=none && cmp -n 1048576 /dev/vg0/b1 /dev/vg0/live && exit 1
	blockdev --getsize64 /dev/vg0/b1' | grep -qx 16778240 || fail "snapshot of a padded volume"

# Without the volume in it.
new_image 16777216
sum=$(digest volume.img)
same "4194304 8388608" "$(in_world "$sizes" --empty --free 8MiB | tr -s ' ')" "an empty group"
in_world 'lvcreate -y -l 100%FREE -n all vg0 && dd if=/dev/urandom of=/dev/vg0/all bs=1M \
	count=8 oflag=direct status=none' >/dev/null
same "$sum" "$(digest volume.img)" "the volume beside an empty group"
refused 2 "volume group 'vg0' exists, without the volume" rig lvm volume.img --lv live -- true
