#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Writers of 1 MiB each, 32 of them, while at a random moment the store's disk is
# full, a store's write fails, or the rig is killed: with either topology, what
# was acknowledged is there, and what a snapshot hands out is right.
#
# LOAD_MOMENTS	how many moments each topology gets (1); at each, each of the three goes wrong
# LOAD_TOPOLOGIES	the profiles that stand for them (plain xen)
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/load.sh"

requires_root
moments=${LOAD_MOMENTS:-1}
topologies=${LOAD_TOPOLOGIES:-plain xen}
size=$((33 << 20))
mkdir store
mount -t tmpfs -o size=1G tmpfs store || skip "no tmpfs can be mounted"

# The store's disk gets full: what is left is a few blocks or segments.
disk_full()
{
	used=$(($(stat -f -c '(%b - %f) * %S' store)))
	mount -o "remount,size=$((used + $1 * 4096))" store 2>/dev/null || :
}

# pause_of MOMENT - how long after the begin of its load a moment is, in seconds.
pause_of()
{
	echo "0.$(printf '%03d' $((($1 + SEED * 1009) * 7919 % 400 + 10)))"
}

# strike KIND MOMENT - what goes wrong beside the load.
strike()
{
	sleep "$(pause_of "$2")"
	case $1 in
	full) disk_full $((($2 + SEED) * 37 % 700)) ;;
	error)
		rule="store.append error=EIO after=$(($2 % 5)) times=$(($2 % 3 + 1))"
		rig fault add "$mnt" "$rule" >/dev/null || :
		;;
	esac
	sleep 0.2
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

half=0 halves=$(echo "$topologies" | wc -w)
for topology in $topologies; do
	half=$((half + 1))
	load_start "$topology" "$size" "$SEED" "--store $work/store" 32 2 big may-fail may-refuse
	moment=0
	while [ "$moment" -lt "$moments" ] &&
		! budget_is_over "$moment" "$moments" "moments of $topology" $half "$halves"; do
		moment=$((moment + 1))
		load_kill "$(pause_of "$moment")"
		load_struck full "$moment"
		load_struck error "$moment"
	done
	load_end
	find store -mindepth 1 -delete
done
