#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# mount(8) mounts a volume, from its command line and from an fstab, with every option of
# `snaprig mount` said in -o: what each means stays the same, and a mistake is named.
. "${0%/*}/../lib/e2e.sh"

requires_root
requires jq mount
[ -x /sbin/mount.fuse3 ] || skip "'mount.fuse3' is missing"
if [ "${1:-}" != inside ]; then
	(in_a_namespace true) || skip "no mount namespace can be made"
	e2e_status=0
	(in_a_namespace "$e2e_root/tests/e2e/$e2e_name.sh" inside) || e2e_status=$?
	exit "$e2e_status"
fi

# mount(8) forgets PATH, and mount.fuse3 asks a shell that has its own.
mkdir "$work/bin" "$work/mnt" "$work/other"
ln -s "$SNAPRIG" "$work/bin/snaprig"
mount --bind "$work/bin" /usr/local/bin
on_exit 'umount /usr/local/bin'
image=$work/volume.img mnt=$work/mnt
rig create "$image" --size 4MiB

mount -t fuse.snaprig "$image" "$mnt" \
	-o profile=datto,limit=20%,durable,noauto,nofail,_netdev,x-systemd.automount,seed=7
same "datto 838860" "$(touch "$mnt/snapshots/s"
	status '.profile + " " + (.snapshots[0].store.limit_bytes | tostring)')" "what -o says"
same fuse.snaprig "$(findmnt -n -o FSTYPE "$mnt")" "type"
umount "$mnt"
wait_until 10 no_rig_runs || fail "the rig lives on behind umount(8)"
rm -r "$image.snaprig"

# A relative path, quotes, commas and blanks get through.
touch "$work/a rule"
mount -t fuse.snaprig volume.img mnt \
	-o 'profile=vss,writer=simulated name="One, Two" freeze=20ms,ro'
same "One, Two" "$(rig writers list mnt --json | jq -r '.writers[0].name')" "writer"
findmnt -n -o OPTIONS "$mnt" | grep -q '^ro' || fail "ro is lost"
umount "$mnt"

rule='snapshot.read\040error=EIO\040name=a'
cat >fstab <<-END
	$image $mnt fuse.snaprig defaults,noatime,profile=lvm,fault=$rule,x-systemd.after=a 0 0
	$work/other.img  $work/other  fuse.snaprig  noauto,user  0 0
END
mount -T fstab -a
same lvm "$(status .profile)" "profile of fstab"
rig fault list "$mnt" | grep -q 'snapshot.read error=EIO name=a' || fail "no fault from fstab"
findmnt -n -o OPTIONS "$mnt" | grep -q noatime || fail "noatime of fstab is lost"
! is_mounted "$work/other" || fail "noauto was mounted"
# What is mounted is known: nothing happens.
mount -T fstab -a
umount "$mnt"

# bad TEXT OPTIONS - mount(8) fails and shows what is wrong, and nothing is mounted.
bad()
{
	refused '[1-9][0-9]*' "$1" timeout 20 mount -t fuse.snaprig "$image" "$mnt" -o "$2"
	! is_mounted "$mnt" || fail "mounted with '$2'"
}
bad "did you mean 'profile'" profil=datto
bad "did you mean 'durable'" ro,durabel
bad "did you mean 'noatime'" notime
bad "needs a value: limit=" limit
bad "takes no value" durable=yes
bad "command line only" foreground
bad "exclude each other" trust-image,fail-snapshots
bad "cannot read limit" limit=11q
bad "unmount the volume" remount
refused '[1-9][0-9]*' "nosuch.img" timeout 20 mount -t fuse.snaprig nosuch.img "$mnt"
# Without a slash it is a command that is not known, unless it has the form of a mount.
refused 2 "unknown command 'nosuch.img'" rig nosuch.img "$mnt"
refused 2 "cannot open image 'nosuch.img'" rig nosuch.img "$mnt" -o ro

# Whatever the command has, -o has; and the other way round it means the same.
for option in $(rig list commands --json | jq -r '.commands[] | select(.name == "mount") |
	.options[] | select((.name | length) > 1) | .name'); do
	case $option in
	help | foreground | json | size) continue ;;
	esac
	rig mount "$image" "$mnt" -o "$option,bogus" >said 2>&1 || :
	grep -qE "'bogus' of -o is unknown|'$option' of -o needs a value" said ||
		fail "'$option' of -o: $(cat said)"
done
