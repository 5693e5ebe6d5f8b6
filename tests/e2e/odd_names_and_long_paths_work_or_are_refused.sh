#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Images and mount points with names that mean something to somebody: to the kernel's
# table of mounts, to FUSE's options, to a terminal, to printf(); and paths that are
# longer than that of a socket may be.
. "${0%/*}/../lib/e2e.sh"

requires jq

# goes_through WHERE - image and mount point in WHERE, from the first mount to a kill.
goes_through()
{
	mkdir "$1/mnt"
	timeout 60 "$SNAPRIG" create "$1/v.img" --size 1MiB || fail "create in '$1'"
	timeout 60 "$SNAPRIG" mount "$1/v.img" "$1/mnt" || fail "mount in '$1'"
	touch "$1/mnt/snapshots/s0"
	was=$(digest "$1/mnt/snapshots/s0")
	write_at 4096 65536 "$1/mnt/live"
	same s0 "$(timeout 60 "$SNAPRIG" status "$1/mnt" --json | jq -r '.snapshots[].name')" \
		"status in '$1'"
	pid=$(pid_of "$1")
	kill -9 "$pid"
	wait_until 10 is_dead "$pid" || fail "process $pid does not die"
	timeout 60 "$SNAPRIG" mount "$1/v.img" "$1/mnt" 2>said || fail "stale mount in '$1'"
	grep -q "dead rig" said || fail "the stale mount in '$1' is not known as one"
	same "$was" "$(digest "$1/mnt/snapshots/s0")" "snapshot in '$1'"
	timeout 60 "$SNAPRIG" umount "$1/mnt" || fail "umount in '$1'"
	same 0 "$(find "$1/mnt" -mindepth 1 | wc -l)" "what is left in '$1'"
}

# pid_of WHERE - of the rig whose image is there.
pid_of()
{
	inode=$(stat -c %i "$1/v.img")
	awk -v inode=":$inode" '$2 == "FLOCK" && index($6, inode) { print $5; exit }' /proc/locks
}

newline='
'
tab=$(printf '\t')
escape=$(printf '\033[31m')
byte=$(printf '\377')
# shellcheck disable=SC2016 # that is its name
for name in 'a,b' 'a\b' 'a\040b' 'a b' "a${newline}b" "a${tab}b" '%n%s%p' "$escape" "$byte" '-o' \
	'--' '#x' '"q"' "it's" '$HOME' 'a:b=c' 'ünï'; do
	mkdir "$work/$name"
	goes_through "$work/$name"
done
(cd "$work/-o" && rig mount -- v.img mnt && rig umount mnt)

# Folders of 200 bytes: far beyond the 108 of a socket's address.
deep=$work/deep
for part in 1 2 3 4 5 6 7 8; do
	deep=$deep/$(printf "%0200d" "$part")
done
mkdir -p "$deep"
goes_through "$deep"

# With two more, fusermount3 does not find the mount in /etc/mtab: only root can unmount it.
deeper=$deep/$(printf "%0200d/%0200d" 9 10)
mkdir -p "$deeper"
if [ "$(id -u)" = 0 ]; then
	goes_through "$deeper"
else
	mkdir "$deeper/mnt"
	timeout 60 "$SNAPRIG" create "$deeper/v.img" --size 1MiB || fail "create in '$deeper'"
	refused 2 "fusermount3 could not unmount what has paths so long" \
		timeout 60 "$SNAPRIG" mount "$deeper/v.img" "$deeper/mnt"
	same "" "$(mounts_below "$deeper")" "mounts after one that was refused"
fi
