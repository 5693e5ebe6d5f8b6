#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A deferred removal happens with the last close, of a process or of a device above.
. "${0%/*}/../lib/e2e.sh"

requires_loop
requires dmsetup
truncate -s 16M vol.img
cat >inside.sh <<'END'
set -eu
# Until no device is called $1.
gone()
{
	for _ in $(seq 200); do
		dmsetup info "$1" >/dev/null 2>&1 || return 0
		sleep 0.1
	done
	return 1
}

dmsetup create lower --table '0 64 zero'
dmsetup create upper --table '0 64 linear /dev/mapper/lower 0'
dmsetup remove --deferred lower
dmsetup info lower | grep -q 'State: *ACTIVE (DEFERRED REMOVE)'
dmsetup remove upper
# At once: the caller of the last one sees it.
if dmsetup info lower >/dev/null 2>&1; then
	echo 'lower outlived what lay on it'
	exit 1
fi

dmsetup create held --table '0 64 zero'
exec 3</dev/mapper/held
dmsetup remove --deferred held
sleep 0.2
dmsetup info held >/dev/null
exec 3<&-
gone held || {
	echo 'held outlived its last close'
	exit 1
}
END
"$SNAPRIG" lvm vol.img -- sh inside.sh || fail "see above"
