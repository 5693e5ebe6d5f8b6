#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The COW device of a merge becomes an error before the merge, and in its midst: its status says
# that it has failed, it stays so, and what was merged by then is merged.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_world.sh"

requires_world
in_world <<'END'
# table NAME TABLE - the device has it at once.
table()
{
	dmsetup load "$1" --table "$2"
	dmsetup suspend "$1"
	dmsetup resume "$1"
}
# begin COW-TABLE - the origin is merged, with 24 chunks, each a MiB from the next one.
begin()
{
	table cow "0 8192 linear $SNAPRIG_PV 200704"
	dd if=/dev/zero of=/dev/mapper/cow bs=4k count=1 oflag=direct status=none
	dd if=/dev/zero of=/dev/mapper/org bs=1M count=24 oflag=direct status=none
	table origin '0 49152 snapshot-origin /dev/mapper/org'
	dmsetup create snap --table '0 49152 snapshot /dev/mapper/org /dev/mapper/cow P 8'
	for at in $(seq 0 23); do
		yes | dd of=/dev/mapper/origin bs=4k seek=$((at * 256)) count=1 \
			iflag=fullblock oflag=direct status=none
	done
	[ "$(dmsetup status snap)" = '0 49152 snapshot 208/8192 16' ]
	dmsetup suspend origin
	dmsetup remove snap
	dmsetup load origin --table '0 49152 snapshot-merge /dev/mapper/org /dev/mapper/cow P 8'
	table cow "$1"
	dmsetup resume origin
}
fails()
{
	i=0
	until [ "$(dmsetup status origin)" = '0 49152 snapshot-merge Merge failed' ]; do
		i=$((i + 1))
		[ $i -lt 200 ] || { dmsetup status origin; exit 1; }
		sleep 0.05
	done
	dmsetup suspend origin
	dmsetup resume origin
	[ "$(dmsetup status origin)" = '0 49152 snapshot-merge Merge failed' ]
}
# chunk NUMBER - what the origin has there: zeros when it is merged.
chunk()
{
	dd if=/dev/mapper/org bs=4k skip=$(($1 * 256)) count=1 iflag=direct status=none |
		tr -d '\0' | wc -c
}
dmsetup create org --table "0 49152 linear $SNAPRIG_PV 135168"
dmsetup create cow --table "0 8192 linear $SNAPRIG_PV 200704"
dmsetup create origin --table '0 49152 snapshot-origin /dev/mapper/org'

begin '0 8192 error'
fails
[ "$(chunk 23)" = 4096 ]

begin "0 8192 delay $SNAPRIG_PV 200704 150"
i=0
until [ "$(chunk 23)" = 0 ]; do
	i=$((i + 1))
	[ $i -lt 600 ]
	sleep 0.05
done
table cow '0 8192 error'
fails
# It goes from the end to the beginning.
[ "$(chunk 23)" = 0 ]
[ "$(chunk 0)" = 4096 ]
table origin '0 49152 snapshot-origin /dev/mapper/org'
dmsetup remove origin
dmsetup remove cow
dmsetup remove org
END
