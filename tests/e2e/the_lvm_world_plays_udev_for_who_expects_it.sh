#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Without DM_DISABLE_UDEV, as behind `env -i` or sudo, the tools leave the nodes to udev, and
# find them made; no cookie is left waiting for it.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_world.sh"

requires_world kpartx
before=$(ipcs -s | grep -c '^0x0d4d' || :)
in_world <<'END'
alone()
{
	timeout 20 env -i "PATH=$PATH" LVM_SUPPRESS_FD_WARNINGS=1 "$@"
}
nodes()
{
	find /dev/mapper -type b -printf '%f\n' | sort | paste -sd' '
}
alone dmsetup create one --table '0 2048 zero'
[ "$(nodes)" = 'one vg0-live' ]
alone dmsetup rename one two
[ "$(nodes)" = 'two vg0-live' ]
alone dmsetup remove two
[ "$(nodes)" = vg0-live ]
alone lvcreate -qq -s -L 16M -n b1 /dev/vg0/live
partition /dev/vg0/live
alone kpartx -a -p X /dev/mapper/vg0-live
alone dmsetup ls >/dev/null
[ -b /dev/mapper/vg0-liveX1 ]
alone kpartx -d -p X /dev/mapper/vg0-live
[ ! -e /dev/mapper/vg0-liveX1 ]
alone lvremove -qq -f vg0/b1
[ "$(nodes)" = vg0-live ]

# What goes with its last user loses its node, too.
dmsetup create late --table '0 2048 zero'
held_open /dev/mapper/late
alone dmsetup remove --deferred late
let_go
i=0
while dmsetup info late >/dev/null 2>&1; do
	i=$((i + 1))
	[ $i -lt 600 ]
	sleep 0.05
done
[ "$(nodes)" = vg0-live ]
END
same "$before" "$(ipcs -s | grep -c '^0x0d4d' || :)" "semaphores that wait for udev"
