#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A world that begins with a rule of dm.udev shows its tools a udev, and they wait for what it
# drops until somebody completes their cookies; who is killed meanwhile leaves the machine no
# semaphore.  Devices of which udev hears, and worlds without such a rule, know no waiting.
. "${0%/*}/../lib/e2e.sh"

requires_loop
requires lvcreate dmsetup ipcs jq
export SNAPRIG
export LVM_SUPPRESS_FD_WARNINGS=1
mount_volume 32MiB --profile lvm
cookies()
{
	ipcs -s | grep -c '^0x0d4d' || :
}
before=$(cookies)

rig fault add "$mnt" 'dm.udev drop device=vg0-lost times=1' >/dev/null
rig fault add "$mnt" 'dm.udev drop device=killed' >/dev/null
cat >inside.sh <<'END'
set -eu
cookies()
{
	dmsetup udevcookies | grep -c '^0xd4d' || :
}
timeout 60 lvcreate -qq -s -L 4M -n heard vg0/live
timeout 60 dmsetup create other --table '0 2048 zero'
[ -b /dev/mapper/other ]
timeout 60 dmsetup remove other
[ "$(cookies)" = 0 ]

lvcreate -qq -s -L 4M -n lost vg0/live &
tries=600
until "$SNAPRIG" fault list "$SNAPRIG_MNT" --json | jq -e '.faults[0].fired == 1' >/dev/null; do
	tries=$((tries - 1))
	[ $tries -gt 0 ]
	sleep 0.1
done
# It waits for a cookie that is there from when udev was told.
sleep 1
[ "$(cookies)" = 1 ]
dmsetup udevcomplete_all -y >/dev/null
wait $!
[ -b /dev/vg0/lost ]
[ "$(cookies)" = 0 ]

# This one is killed, and its cookie goes with the world.
dmsetup create killed --table '0 2048 zero' &
tries=600
until [ "$(cookies)" = 1 ]; do
	tries=$((tries - 1))
	[ $tries -gt 0 ]
	sleep 0.1
done
sleep 0.5
kill -9 $!
! wait $!
[ "$(cookies)" = 1 ]
END
timeout -k 5 400 "$SNAPRIG" lvm "$mnt" -- sh inside.sh
same "$before" "$(cookies)" "semaphores on the machine"

rig fault clear "$mnt" >/dev/null
# shellcheck disable=SC2016 # for the shell inside
rig lvm "$mnt" -- sh -c 'set -e
	[ "$DM_DISABLE_UDEV" = 1 ]
	[ ! -e /run/udev ]
	timeout 60 lvremove -qq -f vg0/heard vg0/lost
	lvs --noheadings -o name' >left
same live "$(tr -d ' ' <left)" "volumes"
