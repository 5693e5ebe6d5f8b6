# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# load.sh - runs volume_load (tests/e2e/load) on a mount of each kind.
#
#	. "${0%/*}/../lib/e2e.sh"
#	. "$e2e_root/tests/lib/load.sh"
#	load_start VARIANT SIZE SEED [OPTIONS WRITERS SNAPSHOTS TRAIT...]
#			an image, its mount, its ledger; OPTIONS and TRAITs besides the variant's
#	load_run SECONDS OPERATIONS	a load, after which everything is compared
#	load_kill SECONDS		a load that kill -9 ends, a mount, everything is compared
#	load_end			unmounts and removes everything
#
# The ledger is in /dev/shm if that exists: whatever a test kills or fills, it survives.

load_variants="plain plain-durable plain-device datto actiphy elastio lvm lvm-512k vss"
load_variants="$load_variants xen xen-qcow2 xen-thick xen-full"
# A variant of each with operations in between; these are the most telling.
load_meddled="plain-meddled lvm-meddled vss-meddled xen-meddled"
load_tool=$E2E_TOOLS/volume_load
export SNAPRIG
load_shared=/dev/shm
[ -w "$load_shared" ] || load_shared=${TMPDIR:-/tmp}
# A separate folder, because the pids may be reused by processes in containers.
load_shared=$(mktemp -d "$load_shared/snaprig-load.XXXXXX")
# shellcheck disable=SC2016 # when it runs
on_exit 'rm -rf "$load_shared"'

# Delays, which make overlaps more likely.
load_delays="cow.store delay=2ms chance=5%
cow.after-store delay=2ms chance=5%
store.append delay=3ms chance=5%
store.flush delay=5ms chance=20%
origin.read delay=2ms chance=3%
origin.write delay=2ms chance=3%
snapshot.create delay=10ms chance=30%
snapshot.commit delay=3ms chance=30%
snapshot.delete delay=10ms chance=30%
snapshot.open delay=5ms chance=10%
snapshot.read delay=2ms chance=5%
writer.freeze delay=5ms chance=30%
writer.thaw delay=20ms chance=50%
chain.snapshot delay=10ms chance=30%
coalesce.start delay=10ms chance=30%
coalesce.copy delay=5ms chance=30%
coalesce.relink delay=10ms chance=50%"

# load_options VARIANT - sets the mount options of the variant, and its capabilities.
load_options()
{
	load_device= load_rules= load_writer=
	case $1 in
	plain) load_mount="" load_traits="discards grows" ;;
	plain-durable) load_mount="--durable" load_traits="discards grows" ;;
	plain-device) load_mount="" load_traits="discards sectors" load_device=1 ;;
	# One snapshot at a time; it loses what was discarded, so nothing is.
	datto) load_mount="--profile datto --limit 150%" load_traits="grows may-refuse" ;;
	actiphy) load_mount="--profile actiphy --limit 150%" load_traits="grows may-refuse" ;;
	elastio) load_mount="--profile elastio --limit 150%" load_traits="grows may-refuse" ;;
	lvm) load_mount="--profile lvm" load_traits="discards grows writable" ;;
	lvm-512k) load_mount="--profile lvm --block 512KiB" load_traits="discards grows writable" ;;
	vss) load_mount="--profile vss" load_traits="discards grows" ;;
	# A chain has at most 30 nodes.
	xen) load_mount="--profile xen --time-scale 1000" load_traits="clones may-refuse" ;;
	xen-qcow2) load_mount="--profile xen --format qcow2" load_traits="clones may-refuse" ;;
	xen-thick) load_mount="--profile xen --sr lvm" load_traits="clones may-refuse" ;;
	# Its SR is too small for the writes: writes and snapshots fail.
	xen-full)
		load_mount="--profile xen --limit 40MiB --time-scale 1000"
		load_traits="clones may-refuse may-fail"
		;;
	*-meddled)
		load_options "${1%-meddled}"
		load_traits="$load_traits meddled may-refuse"
		load_rules=$load_delays
		load_writer="simulated name=Slow freeze=5ms thaw=20ms"
		;;
	*) fail "there is no variant '$1'" ;;
	esac
}

load_mounts()
{
	# shellcheck disable=SC2086 # options are words
	rig mount "$image" "$mnt" $load_mount 2>said || {
		cat said
		load_fail "does not mount"
	}
	[ -z "$load_writer" ] || rig writers add "$mnt" "$load_writer" >/dev/null
	echo "$load_rules" | while read -r load_rule; do
		[ -z "$load_rule" ] || rig fault add "$mnt" "$load_rule" >/dev/null
	done
	[ -z "$load_device" ] || load_device=$(losetup -f --show "$mnt/live")
}

load_detach()
{
	[ -z "$load_device" ] || losetup -d "$load_device"
}

load_fail()
{
	[ ! -e "$load_ledger" ] || "$load_tool" report "$load_ledger"
	grep -A 60 'ERROR: ' "$image.snaprig/rig.log" || tail -n 5 "$image.snaprig/rig.log" || :
	[ -z "$(rig_pid)" ] || kill -9 "$(rig_pid)"
	load_keep failed
	fail "$load_variant, seed $load_seed: $*"
}

load_start()
{
	load_variant=$1 load_size=$2 load_seed=$3
	load_options "$1"
	load_mount="$load_mount ${4:-}"
	load_shape="${5:-6} ${6:-5}"
	[ $# -lt 6 ] || {
		shift 6
		load_traits="$load_traits $*"
	}
	image=$work/volume.img mnt=$work/mnt
	load_ledger=$load_shared/$load_variant
	mkdir -p "$mnt"
	rm -rf "$image" "$image.snaprig" "$load_ledger"
	rig create "$image" --size "$load_size"
	load_mounts
	# shellcheck disable=SC2086 # words
	"$load_tool" create "$load_ledger" "$load_size" $((load_size + 2097152)) \
		$load_shape "$load_seed" $load_traits
}

# load_says STATUS... - runs the tool, which must exit with one of them.
load_says()
{
	load_wanted=$1 load_status=0
	shift
	"$load_tool" "$@" >said 2>&1 || load_status=$?
	cat said
	case " $load_wanted " in
	*" $load_status "*) ;;
	*) load_fail "volume_load $1 exits with $load_status" ;;
	esac
}

# load_count - prints the number of operations so far.
load_count()
{
	"$load_tool" report "$load_ledger" | sed 's/ operations .*//'
}

load_verify()
{
	load_says 0 verify "$load_ledger" "$mnt"
}

load_run()
{
	# shellcheck disable=SC2086 # none or one
	load_says 0 run "$load_ledger" "$mnt" "$1" "$2" $load_device
	load_verify
}

# load_kill SECONDS - kills the rig after this time of load, a fraction.
load_kill()
{
	load_rig=$(rig_pid)
	(
		sleep "$1"
		kill -9 "$load_rig"
	) &
	load_killer=$!
	# shellcheck disable=SC2086 # none or one
	load_says 5 run "$load_ledger" "$mnt" 600 1000000000 $load_device
	wait "$load_killer"
	wait_until 10 is_dead "$load_rig" || load_fail "process $load_rig does not die"
	load_detach
	load_keep killed
	load_mounts
	load_verify
}

# load_keep NAME - copies the disk's content to the folder LOAD_KEEP, if that is set.
load_keep()
{
	[ -n "${LOAD_KEEP:-}" ] || return 0
	rm -rf "$LOAD_KEEP/$1"
	mkdir -p "$LOAD_KEEP/$1"
	cp -r --sparse=always "$image" "$image.snaprig" "$load_ledger" "$LOAD_KEEP/$1"
}

# load_remount - unmounts orderly and mounts again.
load_remount()
{
	load_detach
	umount_volume
	load_mounts
	load_verify
}

load_end()
{
	load_detach
	load_device=
	umount_volume
	echo "$load_variant: $("$load_tool" report "$load_ledger")"
	rm -rf "$image" "$image.snaprig" "$load_ledger"
}
