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
}

# shellcheck disable=SC2016 # for the shell inside
root_run()
{
	unshare --mount --pid --fork --kill-child --propagation private bash -euc '
		root=$1
		shift
		mount --bind "$root" "$root"
		mount -t proc proc "$root/proc"
		mount --rbind /sys "$root/sys"
		mount -t tmpfs -o mode=755 dev "$root/dev"
		cd "$root/dev"
		mknod -m 666 null c 1 3
		mknod -m 666 zero c 1 5
		mknod -m 666 full c 1 7
		mknod -m 666 random c 1 8
		mknod -m 666 urandom c 1 9
		mknod -m 666 tty c 5 0
		mknod -m 666 fuse c 10 229
		ln -s /proc/self/fd fd
		ln -s fd/0 stdin
		ln -s fd/1 stdout
		ln -s fd/2 stderr
		mkdir pts shm
		mount -t devpts -o newinstance,ptmxmode=666 devpts pts
		ln -s pts/ptmx ptmx
		mount -t tmpfs -o mode=1777 shm shm
		cd /
		path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
		exec chroot "$root" env -i PATH="$path" HOME=/root TERM=dumb LC_ALL=C.UTF-8 \
			DEBIAN_FRONTEND=noninteractive \
			NO_COLOR=1 bash -euc "cd /; exec \"\$@\"" bash "$@"
	' bash "$@"
}
