#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Without dmeventd, without lvmpolld, and of targets that a device-mapper has not got: LVM's tools
# say so, and what can be done without them is done.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_world.sh"

requires_world lvmpolld unshare
export e2e_root
in_world --monitor <<'END'
# A machine whose /sbin has LVM's tools and no more.
sbin=/tmp/sbin.$$
mkdir "$sbin"
for tool in lvm dmsetup; do
	cp "$(command -v $tool)" "$sbin"
done
for tool in lvcreate lvremove; do
	ln -s lvm "$sbin/$tool"
done
cat >alone <<'ALONE'
. "$1/tests/lib/e2e_world.sh"
set -eu
mount --bind "$2" /usr/sbin
[ ! -e /sbin/dmeventd ]
says 0 '  /sbin/dmeventd: stat failed: No such file or directory
  WARNING: Failed to monitor vg0/b1.
  Logical volume "b1" created.' lvcreate -s -L 8M -n b1 vg0/live
says 0 '  /sbin/dmeventd: stat failed: No such file or directory
  WARNING: Failed to unmonitor vg0/b1.
  Logical volume "b1" successfully removed.' lvremove -f vg0/b1
ALONE
unshare --mount --propagation private sh alone "$e2e_root" "$sbin"
rm -r "$sbin"
END

in_world <<'END'
# merge - lvconvert --merge of m1, which has some chunks; without how far it was in between.
merge()
{
	lvcreate -qq -s -L 16M -n m1 vg0/live
	dd if=/dev/urandom of=/dev/vg0/live bs=64k count=4 oflag=direct status=none
	lvconvert --config global/use_lvmpolld=1 -i 1 --merge vg0/m1 >said 2>&1
	sed -E '/Merged: ([0-9]|[1-9][0-9])\.[0-9]{2}%$/d' said
}
says 0 '  Merging of volume vg0/m1 started.
  /run/lvm/lvmpolld.socket: connect failed: No such file or directory
  WARNING: Failed to connect to lvmpolld. Proceeding with polling without using lvmpolld.
  WARNING: Check global/use_lvmpolld in lvm.conf or the lvmpolld daemon state.
  vg0/live: Merged: 100.00%
  Merge of snapshot into logical volume vg0/live has finished.
  Logical volume "m1" successfully removed.' merge

# Where it runs, it polls, and has the last word.
lvmpolld -f -t 5 2>polled &
until [ -S /run/lvm/lvmpolld.socket ]; do
	[ -d /proc/$! ]
done
says 0 '  Merging of volume vg0/m1 started.
  vg0/live: Merged: 100.00%' merge
[ "$(field lvs --noheadings -o lv_name vg0)" = live ]
kill $!
wait $! || :

# A machine that has modprobe says some lines about that, too.
# without_target TARGET OPTION... - lvcreate of what needs it.
without_target()
{
	target=$1
	shift
	status=0
	lvcreate "$@" >said 2>&1 || status=$?
	[ $status = 3 ]
	says 0 "  $target: Required device-mapper target(s) not detected in your kernel.
  Run \`lvcreate --help' for more information." sed /modprobe/d said
}
without_target thin-pool -T -L 8M vg0/pool
without_target raid1 --type raid1 -m 1 -L 8M -n r1 vg0
[ "$(field lvs --noheadings -o lv_name vg0)" = live ]
END
