#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Where the image lies on a file system without O_DIRECT, or on a disk of other sectors, and
# where there is little memory to lock, little memory at all, one processor or an old io_uring:
# the same writes under the same snapshots are read back, also after a kill, or the mount says
# what is missing.
. "${0%/*}/../lib/e2e.sh"

requires jq
requires_loop
size=16777216

random_bytes 1 $size >before
cp before after
for i in 1 2 3 4 5 6 7 8; do
	write_at $((i * 1500000 + i * 513)) $((i * 40000 + 7)) after "$i"
done

# serves WHAT FOLDER [HOW...] - a volume in FOLDER, mounted by HOW.
serves()
{
	what=$1 image=$2/v.img mnt=$work/mnt
	shift 2
	mkdir -p "$mnt"
	cp before "$image"
	"$@" "$SNAPRIG" mount "$image" "$mnt" || fail "$what: cannot mount"
	touch "$mnt/snapshots/s1"
	i=1
	while [ "$i" -le 8 ]; do
		write_at $((i * 1500000 + i * 513)) $((i * 40000 + 7)) "$mnt/live" "$i"
		i=$((i + 1))
	done
	cmp "$mnt/live" after || fail "$what: live view"
	cmp "$mnt/snapshots/s1" before || fail "$what: snapshot"
	kill_rig
	rig umount "$mnt"
	"$@" "$SNAPRIG" mount "$image" "$mnt" || fail "$what: cannot mount after a kill"
	cmp "$mnt/live" after || fail "$what: live view after a kill"
	cmp "$mnt/snapshots/s1" before || fail "$what: snapshot after a kill"
	umount_volume
	"$SNAPRIG" verify "$image" >said 2>&1 || fail "$what: verify: $(cat said)"
	rm -r "$image" "$image.snaprig"
}

# Of memory: a tmpfs of its own, whatever /tmp is.
mkdir tmpfs lower upper work.d overlay
mount -t tmpfs -o size=96m none tmpfs
on_exit "umount '$work/tmpfs'"
serves "a tmpfs" "$work/tmpfs"

# One without O_DIRECT, extended attributes and fallocate(2).  There a tree with attributes cannot
# be judged, and no backup is called bad for that.
mkdir ramfs
mount -t ramfs none ramfs
on_exit "! is_mounted '$work/ramfs' || umount '$work/ramfs'"
serves "a ramfs" "$work/ramfs"
mkdir tree
echo red >tree/file
mke2fs -q -t ext4 -d tree tree.img 16M
debugfs -w -R 'ea_set file user.color red' tree.img 2>/dev/null
copies()
{
	rig check --image tree.img --gives tree --work "$1" --restore 'cp -a {out}/. {restored}' \
		-- "cp -a {snapshot}/. {out}$2" >said 2>&1
}
e2e_status=0
copies "$work/ramfs" "" || e2e_status=$?
same 3 "$e2e_status" "exit for what cannot be judged"
grep -q "^why .*ramfs.* has no extended attributes.*(--work FOLDER or TMPDIR names another place)" \
	said || fail "does not say that it has no attributes: $(cat said)"
e2e_status=0
copies "$work/ramfs" " && echo blue >{out}/file" || e2e_status=$?
same 1 "$e2e_status" "exit for a bad backup"
grep -q "^verdict *silent-corruption" said || fail "a bad backup: $(cat said)"
umount ramfs

if mount -t overlay -o "lowerdir=$work/lower,upperdir=$work/upper,workdir=$work/work.d" none \
	overlay 2>/dev/null; then
	serves "an overlay" "$work/overlay"
	umount overlay
else
	echo "no overlay over this file system"
fi

# Sectors of the disk below.
for sector in 512 4096; do
	truncate -s 96M disk.img
	loop=$(losetup -f --show --sector-size "$sector" disk.img)
	on_exit "detach_own '$loop'"
	mkfs.ext4 -q "$loop"
	mkdir -p disk
	mount "$loop" disk
	on_exit "! is_mounted '$work/disk' || umount '$work/disk'"
	serves "a disk with sectors of $sector bytes" "$work/disk"
	umount disk
	detach_loop "$loop" disk.img
	rm disk.img
done

# A disk that has no room for what is to be kept: the snapshot goes, the live view stays.
mkdir -p small
mount -t tmpfs -o size=17m none small
on_exit "umount '$work/small'"
cp before small/v.img
image=$work/small/v.img
rig mount "$image" "$mnt"
touch "$mnt/snapshots/s1"
dd if=after of="$mnt/live" bs=1M conv=notrunc status=none
cmp "$mnt/live" after || fail "a full disk: live view"
same failed "$(status '.snapshots[0].state')" "snapshot on a full disk"
! dd if="$mnt/snapshots/s1" of=/dev/null bs=1M 2>said || fail "a snapshot that failed is read"
umount_volume

# Of the process.  (A shell of the test's own, as the limit is for good.)
locked="ulimit -l 0 && exec \"\$@\""
serves "no memory to lock" "$work" sh -c "$locked" sh
serves "one processor" "$work" taskset -c 0

# A kernel that knows no flag of io_uring that came after 5.15, of a ring and of a request.  A
# sanitizer is no second library to be loaded.
if [ "$e2e_slow" = 0 ]; then
	old_ring=$E2E_TOOLS/old_ring.so
	LD_PRELOAD=$old_ring OLD_RING_SAYS=1 "$SNAPRIG" doctor >said 2>&1 || :
	grep -q "old_ring: refused a ring" said || fail "no flag was refused: $(cat said)"
	# What is under way in the end is cancelled by no request that such a kernel refuses: it
	# would be waited for in vain.
	mkdir -p "$mnt"
	cp before volume.img
	LD_PRELOAD=$old_ring OLD_RING_SAYS=1 "$SNAPRIG" mount --foreground volume.img "$mnt" \
		>said 2>&1 &
	wait_until 30 is_mounted "$mnt" || fail "not mounted: $(cat said)"
	rig umount "$mnt"
	wait $! || fail "exit of the rig: $? $(cat said)"
	! grep "refused a request" said || fail "something is asked for that Linux 5.15 lacks"
	rm -r volume.img volume.img.snaprig
	serves "an io_uring of Linux 5.15" "$work" env LD_PRELOAD="$old_ring"
fi

group=/sys/fs/cgroup/memory/snaprig-poor-$$
[ -d /sys/fs/cgroup/memory ] || group=/sys/fs/cgroup/snaprig-poor-$$
limit=memory.limit_in_bytes
if mkdir "$group" 2>/dev/null; then
	on_exit "rmdir '$group'"
	[ -e "$group/$limit" ] || limit=memory.max
	if echo $((64 << 20)) 2>/dev/null >"$group/$limit"; then
		inside="echo \$\$ >$group/cgroup.procs && exec \"\$@\""
		serves "64 MiB of memory" "$work" sh -c "$inside" sh
	else
		echo "no cgroup can have a limit here"
	fi
else
	echo "no cgroup can be made here"
fi
