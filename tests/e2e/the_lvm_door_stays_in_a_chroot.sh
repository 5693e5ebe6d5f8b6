#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# In a chroot the commands of a world, and the tools that make its volume group, see the files of
# that root and run its programs, and not those of the machine.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/lvm_world.sh"

requires bash

make_image
export image SNAPRIG
# All commands of LVM are links to one, which this is the name of.
cat >wrapper <<-'EOF'
	#!/bin/bash
	echo "${0##*/}" >>/mnt/calls
	exec -a "${0##*/}" /mnt/lvm "$@"
EOF
cat >in_root <<-'EOF'
	mount --rbind / root
	mount -t tmpfs inside root/mnt
	mkdir root/mnt/inside
	lvm=$(command -v lvm)
	cp "$lvm" root/mnt/lvm
	install -m 755 wrapper root/mnt/wrapper
	mount --bind root/mnt/wrapper "root$lvm"
	chroot root "$SNAPRIG" lvm "$image" -- test -d /mnt/inside || exit
	grep -qx pvcreate root/mnt/calls || echo "the machine's pvcreate has run"
EOF
mkdir root
(in_a_namespace sh -eu in_root) >said 2>&1 || fail "outside of the chroot: $(cat said)"
[ ! -s said ] || fail "$(cat said)"
nothing_is_left
