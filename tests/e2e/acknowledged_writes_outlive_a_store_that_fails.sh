#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Writers of 1 MiB each, 32 of them, while at a random moment the store's disk is
# full, a store's write fails, or the rig is killed: with either topology, what
# was acknowledged is there, and what a snapshot hands out is right.
#
# LOAD_MOMENTS is how many of these moments each topology gets.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/load.sh"

requires_root
moments=${LOAD_MOMENTS:-6}
[ "$e2e_slow" = 0 ] || moments=3
size=$((33 << 20))
mkdir store
mount -t tmpfs -o size=1G tmpfs store || skip "no tmpfs can be mounted"

# The store's disk gets full: what is left is a few blocks or segments.
disk_full()
{
	used=$(($(stat -f -c '(%b - %f) * %S' store)))
	mount -o "remount,size=$((used + $1 * 4096))" store 2>/dev/null || :
}

# strike KIND MOMENT - what goes wrong beside the load, after some milliseconds.
strike()
{
	sleep "0.$(printf '%03d' $(($2 * 7919 % 400 + 10)))"
	case $1 in
	full) disk_full $(($2 * 37 % 700)) ;;
	error)
		rule="store.append error=EIO after=$(($2 % 5)) times=$(($2 % 3 + 1))"
		rig fault add "$mnt" "$rule" >/dev/null || :
		;;
	esac
	sleep 0.2
}

one_moment()
{
	case $(($1 % 3)) in
	0) load_kill "0.$(printf '%03d' $(($1 * 7919 % 400 + 10)))" ;;
	1) load_struck full "$1" ;;
	2) load_struck error "$1" ;;
	esac
}

# load_struck KIND MOMENT - a load during which that goes wrong; then all is compared, twice.
load_struck()
{
	strike "$1" "$2" &
	striker=$!
	load_run 0.6 1000000000
	wait "$striker"
	mount -o remount,size=1G store
	rig fault clear "$mnt" >/dev/null
	[ $(($2 % 2)) = 0 ] || load_remount
	load_verify
}

half=0
for topology in plain xen; do
	half=$((half + 1))
	load_start "$topology" "$size" "$SEED" "--store $work/store" 32 2 big may-fail may-refuse
	moment=0
	while [ "$moment" -lt "$moments" ] &&
		! budget_is_over "$moment" "$moments" "moments of $topology" $half 2; do
		moment=$((moment + 1))
		one_moment "$moment"
	done
	load_end
	find store -mindepth 1 -delete
done
