#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Several processes do to the live view whatever files can be asked, at any byte, beside
# the same on a plain file, while snapshots come and go; a snapshot stays what it was.
#
# EXERCISER_OPERATIONS are those of each process on each profile.
. "${0%/*}/../lib/e2e.sh"

requires jq

operations=${EXERCISER_OPERATIONS:-60}
# No multiple of any block.
size=$((2097152 + 3 * 512))

# exercise FILE SEED - in three ranges at a time.
exercise()
{
	e2e_at=0 e2e_pids=
	for e2e_end in 700416 1400832 "$size"; do
		"$E2E_TOOLS/file_exerciser" "$1" $(($2 + e2e_at)) "$operations" $e2e_at $e2e_end \
			>said.$e2e_at &
		e2e_pids="$e2e_pids $!"
		e2e_at=$e2e_end
	done
	for e2e_pid in $e2e_pids; do
		wait "$e2e_pid" || fail "$1: $(cat said.*)"
	done
}

truncate -s "$size" plain
exercise plain "$SEED"

for profile in plain datto elastio lvm vss xen; do
	options='' keeps=yes
	# As their drivers do, these lose from a snapshot what is discarded.
	case $profile in
	datto | elastio) options="--limit 150%" keeps='' ;;
	esac
	# shellcheck disable=SC2086 # words
	mount_volume "$size" --profile "$profile" $options
	exercise "$mnt/live" "$SEED"
	touch "$mnt/snapshots/s"
	was=$(digest "$mnt/live")
	exercise "$mnt/live" $((SEED + 1)) &
	# Others come and go meanwhile, where there may be more than one.
	while kill -0 $! 2>/dev/null; do
		if touch "$mnt/snapshots/t" 2>/dev/null; then
			rm "$mnt/snapshots/t" || fail "cannot delete a snapshot"
		fi
		sleep 0.02
	done
	wait $! || fail "under $profile"
	same active "$(status '.snapshots[0].state')" "state of the snapshot under $profile"
	[ -z "$keeps" ] ||
		same "$was" "$(digest "$mnt/snapshots/s")" "the snapshot under $profile"
	umount_volume
	rm -rf "$image" "$image.snaprig"
done
