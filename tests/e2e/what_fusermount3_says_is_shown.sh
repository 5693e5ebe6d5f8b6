#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Where fusermount3 cannot unmount, an ordinary user is told what it says and what
# helps, and not that the mount is in use; there he is not let mount anything, too.
# Root is told why it cannot reach a user's.
. "${0%/*}/../lib/e2e.sh"

requires_root
requires setpriv fusermount3 mountpoint
(in_a_namespace true) || skip "no mount namespace can be made"
[ -e /etc/mtab ] || skip "fusermount3 cannot unmount without /etc/mtab"
cp "$SNAPRIG" snaprig
mkdir -m 777 theirs
mkdir -p etc bin
chmod 755 "$work" etc bin snaprig
mknod -m 666 fuse c 10 229 2>/dev/null || skip "no device can be made"
cp -a /etc/passwd /etc/group /etc/ld.so.* etc/
cp /etc/nsswitch.conf etc/ 2>/dev/null || :
printf '#!/bin/sh\nexec setpriv --reuid 65534 --regid 65534 --clear-groups "%s/snaprig" "$@"\n' \
	"$work" >bin/user
chmod 755 bin/user

cat >script <<'END'
set -e
mount --bind fuse /dev/fuse
PATH=$PWD/bin:$PATH
mkdir -p -m 777 theirs/mnt
user create "$PWD/theirs/v.img" --size 1MiB
user mount "$PWD/theirs/v.img" "$PWD/theirs/mnt"
./snaprig status theirs/mnt >said 2>&1 && exit 11
grep -q "belongs to another user, who alone can reach it (umount(8)" said || exit 12
./snaprig umount theirs/mnt >said 2>&1 && exit 13
grep -q "belongs to another user" said || exit 14
mount --bind etc /etc
user umount "$PWD/theirs/mnt" >said 2>&1 && exit 15
cat said
grep -q "/etc/mtab.*ln -s /proc/self/mounts" said || exit 16
! grep -q "in use" said || exit 17
mkdir -p -m 777 theirs/other
user create "$PWD/theirs/w.img" --size 1MiB
status=0
user mount "$PWD/theirs/w.img" "$PWD/theirs/other" >said 2>&1 || status=$?
[ "$status" = 77 ] || exit 18
grep -q "cannot mount: fusermount3 .*ln -s /proc/self/mounts" said || exit 19
[ ! -e theirs/w.img.snaprig ] || exit 20
status=0
user check --size 1MiB -- true >said 2>&1 || status=$?
[ "$status" = 77 ] || exit 21
grep -q "cannot mount: fusermount3 .*ln -s /proc/self/mounts" said || exit 22
status=0
user doctor >said || status=$?
[ "$status" = 77 ] || exit 23
grep -q "^missing  permission to mount: .* without '/etc/mtab'  - ln -s /proc/self/mounts" said ||
	exit 24
umount /etc
user umount "$PWD/theirs/mnt"
END
chmod 644 script
status=0
(in_a_namespace sh script) || status=$?
same 0 "$status" "step (see the script)"
