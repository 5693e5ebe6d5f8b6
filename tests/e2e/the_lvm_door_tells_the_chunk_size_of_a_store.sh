#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# dmsetup table says the chunk size that is in the header of a COW area, and 0 of a table
# that waits for the store, or has handed it over to a merge; so does a kernel.
. "${0%/*}/../lib/e2e.sh"

requires_loop
requires dmsetup
truncate -s 16M vol.img
cat >inside.sh <<'END'
set -eu
says()
{
	told=$(shift; dmsetup "$@" | sed 's/ [0-9]*:[0-9]* / DEV /g; s/ [0-9]*:[0-9]* / DEV /g')
	[ "$told" = "$1" ] || {
		echo "dmsetup $* said '$told'"
		exit 1
	}
}
lines='0 8192 snapshot /dev/mapper/org /dev/mapper/cow P'

dmsetup create org --table "0 8192 linear $SNAPRIG_PV 40960"
dmsetup create cow --table "0 2048 linear $SNAPRIG_PV 51200"
dmsetup create snap --table "$lines 16"
says '0 8192 snapshot DEV DEV P 16' table snap
dmsetup remove snap
dmsetup create snap --table "$lines 8"
says '0 8192 snapshot DEV DEV P 16' table snap
says '0 8192 snapshot 32/2048 32' status snap
dmsetup load snap --table "$lines 8"
says '0 8192 snapshot DEV DEV P 0' table --inactive snap
dmsetup resume snap
says '0 8192 snapshot DEV DEV P 16' table snap

dmsetup create merge --notable
dmsetup load merge --table '0 8192 snapshot-merge /dev/mapper/org /dev/mapper/cow P 8'
says '0 8192 snapshot-merge DEV DEV P 0' table --inactive merge
dmsetup suspend snap
dmsetup resume merge
dmsetup resume snap
says '0 8192 snapshot-merge DEV DEV P 16' table merge
says '0 8192 snapshot DEV DEV P 0' table snap
says '0 8192 snapshot Invalid' status snap
END
"$SNAPRIG" lvm --free 64MiB vol.img -- sh inside.sh || fail "see above"
