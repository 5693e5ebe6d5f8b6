#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# power_verify.sh DURABLE OPTION... - what e2e_power.sh runs after a cut, in a namespace with
# another boot id: mounts what is left with the options, and compares the live view and every
# snapshot with the ledgers in the work folder.
# shellcheck disable=SC2154 # $work is the script's that runs it
set -eu
durable=$1
shift
mnt=$work/mnt

fail()
{
	echo "FAIL: $*"
	rig_ends
	exit 1
}

rig_ends()
{
	"$SNAPRIG" umount "$mnt" || true
	umount "$work/after" 2>/dev/null || umount -l "$work/after"
}

# verify SNAPSHOT STATE
verify()
{
	if [ "$2" != active ]; then
		[ "$durable" = no ] || fail "durable snapshot '$1' is $2"
		! cat "$mnt/snapshots/$1" >/dev/null 2>&1 || fail "'$1' is $2 and can be read"
		return
	fi
	# A snapshot that was being taken during the cut has no end of its own.
	[ -e "$1.after" ] || cp live.after "$1.after"
	"$E2E_TOOLS/power_writer" snapshot "$mnt/snapshots/$1" "$1.before" "$1.after" >said ||
		fail "snapshot '$1' is wrong: $(cat said)"
	echo "$1" >>right
}

loop=$(losetup -f --show "$work/host/cut")
mount "$loop" "$work/after"
losetup -d "$loop"
"$SNAPRIG" mount "$work/after/volume.img" "$mnt" "$@" 2>mount.said ||
	fail "cannot be mounted: $(cat mount.said)"
"$E2E_TOOLS/power_writer" live "$mnt/live" live.before live.after >live.said ||
	fail "the live view has lost what was flushed: $(cat live.said)"
jq -r '.snapshots[] | .name + " " + .state' "$mnt/.snaprig/status.json" >found
while read -r name state; do
	verify "$name" "$state"
done <found
while read -r name; do
	[ "$durable" = no ] || grep -qx "$name" right || fail "durable snapshot '$name' is gone"
done <expected
rig_ends
