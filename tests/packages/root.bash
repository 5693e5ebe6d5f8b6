# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# root.bash - minimal Debian systems in folders, and commands in them; sourced.
#
#	root_new RELEASE FOLDER		a fresh one; debootstrap's work is kept as an archive
#	root_save FOLDER ARCHIVE	keeps one as it is now ...
#	root_load ARCHIVE FOLDER	... and takes it up again
#	root_run FOLDER COMMAND...	in it, as root, with a /dev, /proc and /sys of its own
#	root_remove FOLDER
#
# cache names the folder of the archives.  What runs in a root has mounts and processes of
# its own, which end with it.

cache=${cache:?}

# The archive that this machine gets its own packages from.
root_mirror()
{
	# shellcheck disable=SC2016 # apt's words
	apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' |
		sed -n 's/^Debian //p' | head -n 1
}

root_remove()
{
	[ ! -d "$1" ] || rm -rf --one-file-system "$1"
}

root_load()
{
	root_remove "$2"
	mkdir -p "$2"
	tar -xzf "$1" -C "$2" --numeric-owner
}

# Whole or not at all, whoever stops it.
root_save()
{
	tar -c -C "$1" --numeric-owner --exclude='./var/cache/apt/archives/*.deb' . |
		gzip -1 >"$2.part"
	mv "$2.part" "$2"
}

root_new()
{
	local archive=$cache/$1.tar.gz mirror
	if [ ! -s "$archive" ]; then
		mirror=$(root_mirror)
		[ -n "$mirror" ] || {
			echo "no archive of Debian is known to apt here" >&2
			return 1
		}
		root_remove "$2"
		debootstrap --variant=minbase "$1" "$2" "$mirror" >"$cache/$1.log" 2>&1 || {
			tail -n 5 "$cache/$1.log" >&2
			return 1
		}
		root_save "$2" "$archive"
	else
		root_load "$archive" "$2"
	fi
	cp /etc/resolv.conf /etc/hosts "$2/etc/"
	# Nobody needs it behind a power cut.
	echo force-unsafe-io >"$2/etc/dpkg/dpkg.cfg.d/unsafe-io"
}

# It is a root and no chroot: who joins a namespace would be outside of a chroot.  Its devices are
# the machine's, with one of FUSE that everybody may open, as udev makes it.
# shellcheck disable=SC2016 # for the shell inside
root_run()
{
	unshare --mount --pid --fork --kill-child --propagation private bash -euc '
		root=$1
		shift
		mount --bind "$root" "$root"
		mount -t proc proc "$root/proc"
		mount --rbind /sys "$root/sys"
		mount -t devtmpfs dev "$root/dev"
		cd "$root/dev"
		mount -t devpts -o newinstance,ptmxmode=666 devpts pts
		mount -t tmpfs -o mode=1777 shm shm
		mount -t tmpfs fuse "$root/mnt"
		mknod -m 666 "$root/mnt/fuse" c 10 229
		mount --bind "$root/mnt/fuse" fuse
		umount -l "$root/mnt"
		cd "$root"
		pivot_root . mnt
		umount -l /mnt
		cd /
		path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
		exec env -i PATH="$path" HOME=/root TERM=dumb LC_ALL=C.UTF-8 \
			DEBIAN_FRONTEND=noninteractive NO_COLOR=1 "$@"
	' bash "$@"
}
