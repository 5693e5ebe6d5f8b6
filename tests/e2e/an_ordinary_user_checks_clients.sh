#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# runs-as: user
#
# What `snaprig check` does for root it does for who is not: of every failure, of chains, with an
# NBD server, and with a tree, which fuse2fs mounts.  Only loop devices take root.
# shellcheck disable=SC2016 # for the other shell
. "${0%/*}/../lib/e2e.sh"

requires_user_mount
requires jq
. "$e2e_root/tests/lib/e2e_check.sh"
export SNAPRIG_SHARE="$e2e_root/scenarios"

# ---- files and chains ----

e2e_status=0
rig check --size 4MiB --time-limit 20s --failure all -- cp {snapshot} {out} >table 2>said ||
	e2e_status=$?
cat table said
same 124 "$e2e_status" "exit of --failure all, among which are read-hangs"
[ "$(grep -c '' table)" -gt 24 ] || fail "all are few"
! grep -E " (inconclusive|error) " table || fail "one cannot be told"
nothing_is_left "all"
checked 0 intact --size 1MiB --profile xen --writer storm -- cp {snapshot} {out}
if command -v nbdkit >/dev/null && command -v nbdcopy >/dev/null; then
	checked 1 misreported --size 1MiB --gives nbd --fault 'snapshot.read error=EIO' -- \
		nbdcopy {snapshot} {out}
	checked 0 intact --size 1MiB --gives nbd -- nbdcopy {snapshot} {out}
fi
rig sweep --size 256KiB --fault 'snapshot.read error=EIO' -- \
	dd if={snapshot} of={out} bs=64k status=none >map 2>&1 || fail "sweep: $(cat map)"
nothing_is_left "sweep"

# ---- trees ----

checked 77 skipped --size 1MiB --gives device -- cp {snapshot} {out}
if ! command -v fuse2fs >/dev/null || ! command -v mke2fs >/dev/null; then
	checked 77 skipped --size 16MiB --gives tree -- true
	skip "'fuse2fs' is missing"
fi
restore='tar -C {restored} -xpf {out}'
checked 0 intact --size 16MiB --gives tree --restore "$restore" -- tar -C {snapshot} -cf {out} .
checked 0 intact --size 16MiB --gives tree -- cp -a {snapshot} {out}
checked 1 silent-corruption --size 16MiB --gives tree --restore "$restore; chmod 700 {restored}/*" \
	-- tar -C {snapshot} -cf {out} .
checked 0 detected --size 16MiB --gives tree --failure read-error --restore "$restore" -- \
	tar -C {snapshot} -cf {out} .
checked 124 hung --size 16MiB --gives tree --failure read-hangs --time-limit 3s \
	--restore "$restore" -- \
	tar -C {snapshot} -cf {out} .
