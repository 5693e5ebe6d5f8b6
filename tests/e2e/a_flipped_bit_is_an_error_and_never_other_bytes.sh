#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# One bit of one file of the state is flipped, under a running mount or between
# two: what is read is right, or it is an error and the snapshot has failed, before
# and after the next mount, and after a coalesce that would have copied it.
#
# LOAD_FLIPS is how many bits, over all LOAD_KINDS.
. "${0%/*}/../lib/e2e.sh"

requires jq
flips=${LOAD_FLIPS:-21}
[ "$e2e_slow" = 0 ] || flips=7
size=$((786432 + 1536))
damage=$E2E_TOOLS/damage
image=$work/volume.img mnt=$work/mnt
mkdir "$mnt"

options_of()
{
	case $1 in
	plain | killed) ;;
	xen*) echo "--profile xen --no-coalesce" ;;
	datto) echo "--profile datto --limit 150%" ;;
	*) echo "--profile $1" ;;
	esac
}

# prepare KIND - an image and its state in $1.pristine, and what its views are in $1.wanted.
prepare()
{
	# shellcheck disable=SC2046 # options are words
	mount_volume "$size" $(options_of "$1")
	write_at 0 "$size" "$mnt/live" 1
	[ "$1" != datto ] || touch "$mnt/snapshots/s1"
	for n in 1 2 3; do
		[ "$1" = datto ] || touch "$mnt/snapshots/s$n"
		write_at $((n * 40000)) 100000 "$mnt/live" 1$n
		write_at $((n * 50000)) 30000 "$mnt/live" 2$n
	done
	case $1 in
	lvm) write_at 300001 70000 "$mnt/snapshots/s2" 3 ;;
	xen*)
		rig snapshot clone "$mnt" s2 c2
		write_at 300001 70000 "$mnt/snapshots/c2" 3
		# A node between two others is gone, and could be merged.
		rm "$mnt/snapshots/s1"
		;;
	esac
	mkdir "$1.wanted" "$1.pristine"
	cp "$mnt/live" "$mnt"/snapshots/* "$1.wanted"
	case $1 in
	killed | xen-killed) kill_rig && umount -l "$mnt" ;;
	*) umount_volume ;;
	esac
	mv "$image" "$image.snaprig" "$1.pristine"
}

# look WHEN - no view may be wrong; one that cannot be read is a snapshot that has failed.
look()
{
	"$damage" look "$mnt" "$kind.wanted" "$seed" >looked || {
		cat looked
		fail "$kind, seed $seed, $where, $1: other bytes"
	}
	while read -r verdict name; do
		case $verdict in
		failed)
			failed=$((failed + 1))
			[ "$name" != live ] || continue
			# A clone goes on without the block, as the live view does.
			same false "$(status "any(.snapshots[]; .name == \"$name\" and
				.state == \"active\" and .clone != true)")" \
				"$kind, seed $seed, $where, $1: '$name' gives errors and is active"
			;;
		absent)
			[ -n "$told" ] ||
				fail "$kind, seed $seed, $where, $1: '$name' is gone in silence"
			;;
		esac
	done <looked
}

# mounts - true when it does; it may refuse, but not in silence.  The image is a copy of
# what it was.
mounts()
{
	# shellcheck disable=SC2046 # options are words
	timeout 60 "$SNAPRIG" mount "$image" "$mnt" --trust-image $(options_of "$kind") "$@" \
		>said 2>&1 && {
		told=$told$(cat said)
		return
	}
	[ -s said ] || fail "$kind, seed $seed, $where: is refused in silence"
	refused=$((refused + 1))
	return 1
}

# one_flip KIND SEED
one_flip()
{
	kind=$1 seed=$2 where='' told=''
	cp -r --sparse=always "$kind.pristine/." .
	if [ $((seed % 2)) = 0 ]; then
		case $kind in
		*killed) where=$("$damage" flip "$image.snaprig" "$seed" killed) ;;
		*) where=$("$damage" flip "$image.snaprig" "$seed") ;;
		esac
		verify=
		[ $((seed % 4)) = 0 ] || verify=--verify
		mounts ${verify:+"$verify"} || return 0
		look "after the mount"
	else
		mounts || fail "$kind, seed $seed: does not mount: $(cat said)"
		[ $((seed % 4)) = 1 ] || look "before it"
		where=$("$damage" flip "$image.snaprig" "$seed")
		look "under the mount"
	fi
	case $kind in
	xen*)
		[ $((seed % 3)) = 0 ] || {
			timeout 60 "$SNAPRIG" coalesce "$mnt" --wait >/dev/null 2>&1 ||
				[ $? -lt 124 ]
			look "after a coalesce"
		}
		;;
	esac
	umount_volume
	mounts || return 0
	look "after another mount"
	umount_volume
}

# shellcheck disable=SC2086 # words
set -- ${LOAD_KINDS:-plain killed lvm vss datto xen xen-killed}
for kind in "$@"; do
	prepare "$kind"
done
failed=0 refused=0 count=${LOAD_FIRST:-0}
while [ "$count" -lt "$flips" ] && ! budget_is_over "$count" "$flips" bits; do
	for kind in "$@"; do
		count=$((count + 1))
		one_flip "$kind" $((SEED * 1000000 + count))
		rm -rf "$image" "$image.snaprig"
	done
done
echo "$count bits, seed $SEED: $failed views failed, $refused mounts were refused"
