#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Clients look at times before they read: the live view's move with each write, in
# nanoseconds, never back and never twice, also over mounts and kills; no two
# snapshots have the same; folders move when snapshots come and go.
. "${0%/*}/../lib/e2e.sh"

requires jq

# ns FILE - its mtime; changed_ns FILE - its ctime.
ns()
{
	stat -c %.9Y "$1" | tr -d .
}

changed_ns()
{
	stat -c %.9Z "$1" | tr -d .
}

# later WHAT BEFORE AFTER
later()
{
	[ "$3" -gt "$2" ] || fail "$1: $3 is not later than $2"
}

# writes_move PROFILE - each write has a time of its own, whoever it is that asks.
writes_move()
{
	last=$(ns "$mnt/live")
	for at in 1 2; do
		write_at $((at * 4096)) 512 "$mnt/live" "$at"
		now=$(ns "$mnt/live")
		later "$1: mtime after write $at" "$last" "$now"
		same "$now" "$(changed_ns "$mnt/live")" "$1: ctime after write $at"
		last=$now
	done
	fallocate -z -o 0 -l 4096 "$mnt/live"
	later "$1: mtime after zeroing" "$last" "$(ns "$mnt/live")"
	# One file that is kept open sees it, too, and a write through a mapping.
	"$E2E_TOOLS/stamps" "$mnt/live" || fail "$1: an open file shows old times"
}

for profile in plain lvm xen; do
	mount_volume 1049088 --profile "$profile"
	same "$(stat -c %Y "$image")" "$(stat -c %Y "$mnt/live")" "$profile: the first mtime"
	writes_move "$profile"

	# Nothing is written: nothing moves, over a mount neither.
	last=$(ns "$mnt/live")
	digest "$mnt/live" >/dev/null
	same "$last" "$(ns "$mnt/live")" "$profile: mtime after a read"
	umount_volume
	rig mount "$image" "$mnt" --profile "$profile"
	same "$last" "$(ns "$mnt/live")" "$profile: mtime after a mount"
	writes_move "$profile, mounted again"

	# Nobody knows what came of a killed rig's last writes.
	last=$(ns "$mnt/live")
	kill_rig
	fusermount3 -uz "$mnt"
	rig mount "$image" "$mnt" --profile "$profile" 2>/dev/null
	later "$profile: mtime after a kill" "$last" "$(ns "$mnt/live")"

	# Six snapshots within a second: one name, and others.
	folder=$(ns "$mnt/snapshots")
	times=
	for i in 1 2 3; do
		touch "$mnt/snapshots/same" "$mnt/snapshots/s$i"
		times="$times $(ns "$mnt/snapshots/same") $(ns "$mnt/snapshots/s$i")"
		later "$profile: mtime of the folder after a snapshot" "$folder" \
			"$(ns "$mnt/snapshots")"
		folder=$(ns "$mnt/snapshots")
		rm "$mnt/snapshots/same"
		later "$profile: mtime of the folder after a deletion" "$folder" \
			"$(ns "$mnt/snapshots")"
		folder=$(ns "$mnt/snapshots")
	done
	# shellcheck disable=SC2086 # one word each
	same 6 "$(printf '%s\n' $times | sort -u | wc -l)" "$profile: times that differ"
	rig snapshot create "$mnt" by-command
	later "$profile: mtime of the folder after a command" "$folder" "$(ns "$mnt/snapshots")"
	umount_volume
	rm -rf "$image" "$image.snaprig"
done

# An image that somebody else wrote to while it was not mounted.
mount_volume 1MiB
write_at 0 512 "$mnt/live"
last=$(ns "$mnt/live")
umount_volume
sleep 0.02
write_at 0 512 "$image" 2
rig mount "$image" "$mnt"
later "mtime after the image was edited" "$last" "$(ns "$mnt/live")"

# Its owner may set the time of the live view; the next write moves it all the same.
touch -d '2001-02-03 04:05:06.789 UTC' "$mnt/live"
same 981173106.789000000 "$(stat -c %.9Y "$mnt/live")" "mtime that was set"
later "ctime after that" "$last" "$(changed_ns "$mnt/live")"
write_at 0 512 "$mnt/live" 3
later "mtime after it was set" "$last" "$(ns "$mnt/live")"

# An inode is never another snapshot's, whatever goes between.
inodes=
for i in 1 2 3; do
	touch "$mnt/snapshots/s"
	inodes="$inodes $(stat -c %i "$mnt/snapshots/s")"
	rm "$mnt/snapshots/s"
	if [ "$i" = 1 ]; then
		umount_volume
	else
		kill_rig
		fusermount3 -uz "$mnt"
	fi
	rig mount "$image" "$mnt" 2>/dev/null
done
# shellcheck disable=SC2086 # one word each
same 3 "$(printf '%s\n' $inodes | sort -u | wc -l)" "inodes that differ"

# What a copying client does: same size, and it must not think that nothing changed.
# (In whole seconds, as rsync compares when it is not told otherwise, two writes can be one.)
if command -v rsync >/dev/null; then
	mkdir copy
	rsync -a --modify-window=-1 "$mnt/live" copy/
	write_at 0 512 "$mnt/live" 4
	rsync -a --modify-window=-1 "$mnt/live" copy/
	cmp "$mnt/live" copy/live || fail "rsync thinks that nothing has changed"
	touch "$mnt/snapshots/s"
	rsync -a --modify-window=-1 "$mnt/snapshots/s" copy/
	rm "$mnt/snapshots/s"
	write_at 0 512 "$mnt/live" 5
	touch "$mnt/snapshots/s"
	rsync -a --modify-window=-1 "$mnt/snapshots/s" copy/
	cmp "$mnt/snapshots/s" copy/s || fail "rsync takes one snapshot for another"
	rsync -a --modify-window=-1 "$mnt/.snaprig/status.json" copy/
	jq -e '.schema_version' copy/status.json >/dev/null || fail "rsync does not copy the status"
fi
