#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check runs a command that takes its own snapshot with LVM, in the world of LVM: what it must have
# saved is known, what it forgets is found, a full COW volume and an ioctl that fails strike it, and
# a line of the scenario meets it in its world.
. "${0%/*}/../lib/e2e.sh"

requires_loop
requires jq lvcreate dmsetup

take='lvcreate -y -s -L {cow} -n {snapshot} {vg}/{lv}'
save='dd if=/dev/{vg}/{snapshot} of={out} bs=1M status=none'
remove='lvremove -f {vg}/{snapshot}'

# checked EXIT VERDICT OPTION... -- COMMAND
checked()
{
	e2e_wanted=$1 e2e_verdict=$2 e2e_status=0
	shift 2
	rig check --gives lvm --size 16MiB --json "$@" >result.json || e2e_status=$?
	jq -c '[.verdict, .fired, .leaks, .why]' result.json
	same "$e2e_verdict" "$(jq -r .verdict result.json)" "verdict: $*"
	same "$e2e_wanted" "$e2e_status" "exit: $*"
}

checked 0 intact -- "$take && $save && $remove"
checked 1 leaked -- "$take && $save"
same "snapshot 'vg0-s1'" "$(jq -r '.leaks[0]' result.json)" "what is left"
checked 0 detected --failure lvm-vg-full -- "$take && $save && $remove"
careful="$take && { $save; s=\$?; $remove || :; [ \$s = 0 ] || rm -f {out}; exit \$s; }"
checked 0 detected --failure cow-overflow -- "$careful"
checked 0 detected --fault 'dm.ioctl error=ENOMEM ioctl=table-load device=vg0-live after=1' -- \
	"$take && $save && $remove"
checked 0 detected --failure lvm-removed-under-reader -- "$careful"
refused 2 "is of profile lvm, and not of 'xen'" rig check --gives lvm --profile xen -- true
refused 77 "needs a client that is given LVM" rig check --failure lvm-vg-full -- true
