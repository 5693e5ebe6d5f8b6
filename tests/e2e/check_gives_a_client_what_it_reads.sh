#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `snaprig check --gives`: the snapshot as a file, a loop device, a tree or an NBD server; each
# is there while the command runs and meets the failure, and goes with it.
# shellcheck disable=SC2016 # for the other shell
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_check.sh"
check_size=16MiB

requires jq

is()
{
	jq -e "$1" result.json >/dev/null || fail "not so: $1: $(cat result.json)"
}

# ---- what is refused ----

refused 2 "unknown way 'tre' to give a snapshot" rig check --gives tre -- true
refused 2 "with --takes CMD takes the snapshot itself" rig check --gives nbd --takes -- true
refused 2 "too small for a file system" rig check --gives tree --size 4MiB -- true

# ---- a file, as without the option ----

checked 0 intact --gives file -- sh -c '[ -f "$1" ] && cp "$1" "$2"' sh {snapshot} {out}

# ---- an NBD server ----

if command -v nbdcopy >/dev/null && command -v nbdkit >/dev/null; then
	checked 0 intact --gives nbd -- nbdcopy {snapshot} {out}
	checked 1 misreported --gives nbd --failure read-error -- nbdcopy {snapshot} {out}
	checked 0 detected --gives nbd --failure read-error -- \
		'nbdcopy {snapshot} {out} || { rm {out}; exit 1; }'
	checked 124 hung --gives nbd --failure read-hangs --time-limit 2s -- \
		nbdcopy {snapshot} {out}
	# Nobody can serve what is not there, and so nothing is run.
	checked 0 detected --gives nbd --failure source-vanishes -- \
		'nbdcopy {snapshot} {out}'
	# A path with all that an URI does not have; and one that is too long for a socket.
	for name in "100 %&?" "$(printf '%0100d' 0)"; do
		mkdir "$name"
		checked 0 intact --gives nbd --work "$name" -- nbdcopy {snapshot} {out}
		rmdir "$name"
	done
	same "" "$(find /tmp -maxdepth 1 -name 'snaprig-nbd-*' -newer tmp)" "a folder of sockets"
else
	echo "cut: nbdcopy or nbdkit is missing"
fi

# Without the server it is a skip, by name.
mkdir bin
if [ ! -e /usr/sbin/nbdkit ] && [ ! -e /usr/local/sbin/nbdkit ] && [ ! -e /sbin/nbdkit ]; then
	e2e_status=0
	PATH=$work/bin "$SNAPRIG" check --size 4MiB --gives nbd -- true >said || e2e_status=$?
	same 77 "$e2e_status" "exit without nbdkit"
	grep -q "no program 'nbdkit' (package nbdkit)" said || fail "no name: $(cat said)"
fi

# ---- a loop device, and a tree ----

if [ "$(id -u)" != 0 ]; then
	e2e_status=0
	rig check --gives device -- true >said || e2e_status=$?
	same 77 "$e2e_status" "exit without root"
	exit 0
fi
requires_loop
checked 0 intact --gives device -- sh -c '[ -b "$1" ] && cp "$1" "$2"' sh {snapshot} {out}
checked 0 detected --gives device --failure read-error -- dd if={snapshot} of={out} bs=64k
checked 0 detected --gives device --failure source-vanishes -- cp {snapshot} {out}

requires mke2fs
restore='tar -C {restored} -xf {out}'
checked 0 intact --gives tree -- sh -c '[ -d "$1/folder-000" ] && cp -a "$1/." "$2"' sh \
	{snapshot} {out}
checked 0 intact --gives tree --writer storm --restore "$restore" -- tar -C {snapshot} -cf {out} .
checked 0 detected --gives tree --failure read-error --steady --restore "$restore" -- \
	tar -C {snapshot} -cf {out} .
is '.fired >= 1'
checked 0 detected --gives tree --failure cow-overflow --restore "$restore" -- \
	tar -C {snapshot} -cf {out} .
checked 1 silent-corruption --gives tree --restore "$restore" -- \
	tar -C {snapshot} --exclude file-00007 -cf {out} .
is '.why | contains("is missing")'
"$SNAPRIG" check --size 8MiB --gives tree -- 'cp -a {snapshot}/. {out}' ||
	fail "the smallest volume has no tree"
