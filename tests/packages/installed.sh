#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# installed.sh SOURCE DEB - in a minimal Debian: installs the package with apt, uses it, as root and
# as an ordinary user, and purges it; nothing of it may stay.
set -euo pipefail
source=$1 deb=$2

fail()
{
	echo "FAIL: $*"
	exit 1
}

# What apt and dpkg keep for themselves changes with each installation.
files()
{
	find / -xdev -print |
		grep -vE "^($source|/proc|/sys|/dev|/var/(lib/dpkg|lib/apt|cache|log))(/|\$)" | sort
}

apt()
{
	apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@" >/var/log/apt.out 2>&1 ||
		fail "apt-get $*: $(tail -n 5 /var/log/apt.out)"
}

apt update
# fuse3 needs it, and apt would not take it away again: every larger Debian has it.
apt install adduser
useradd -m tester
files >/var/log/before
dpkg-query -W >/var/log/packages.before
apt install "$deb"
echo "installed $(dpkg-query -W -f '${Package} ${Version}' snaprig)," \
	"with $(($(dpkg-query -W | wc -l) - $(wc -l </var/log/packages.before))) packages in all"

[ "$(command -v snaprig)" = /usr/bin/snaprig ] || fail "no /usr/bin/snaprig"
[ ! -e /usr/share/doc/snaprig/LICENSE ] || fail "the license is installed twice"
snaprig doctor >/var/log/doctor || [ $? = 77 ] || fail "doctor: $(cat /var/log/doctor)"
# Its libraries were not asked for.
if snaprig xapi demo >/var/log/xapi 2>&1; then
	fail "XAPI is spoken without its libraries"
fi
grep -q 'cannot load the XAPI module' /var/log/xapi || fail "xapi: $(cat /var/log/xapi)"

# pages USER - the commands of the documents work for that user.
pages()
{
	local log=/var/log/pages.$1
	runuser -u "$1" -- env SNAPRIG=/usr/bin/snaprig TMPDIR=/tmp \
		"$source/tests/packages/pages.sh" >"$log" 2>&1 || fail "as $1: $(tail -n 20 "$log")"
	awk -v user="$1" '/ commands, / { sub(/.*: /, ""); count += $1 }
		END { print "as " user ": " count " commands of the documents" }' "$log"
}
pages root
pages tester

# mount(8) finds it.
snaprig create /root/vol.img --size 4MiB
mkdir /root/mnt
mount -t fuse.snaprig /root/vol.img /root/mnt -o profile=vss,limit=50%
[ "$(findmnt -n -o FSTYPE /root/mnt)" = fuse.snaprig ] || fail "mount(8) mounted something else"
umount /root/mnt
# Its socket goes last.
while [ -e /root/vol.img.snaprig/control.sock ]; do sleep 0.1; done
rm -r /root/vol.img* /root/mnt

# With its libraries, which the package recommends, it speaks XAPI.
dpkg-query -W -f '${Recommends}' snaprig | tr ',' '\n' | sed -n 's/^ *\(lib[^ ]*\).*/\1/p' \
	>/var/log/libraries
[ "$(grep -c . /var/log/libraries)" = 2 ] || fail "recommends $(cat /var/log/libraries)"
# shellcheck disable=SC2046 # two words
apt install $(cat /var/log/libraries)
snaprig xapi demo >/var/log/xapi 2>&1 || fail "xapi: $(tail -n 5 /var/log/xapi)"

# By default apt keeps what another package suggests.
# shellcheck disable=SC2046
apt -o APT::AutoRemove::SuggestsImportant=0 -o APT::AutoRemove::RecommendsImportant=0 \
	autoremove --purge snaprig $(cat /var/log/libraries)
dpkg-query -W >/var/log/packages.after
diff /var/log/packages.before /var/log/packages.after || fail "packages are left"
files >/var/log/after
diff /var/log/before /var/log/after || fail "files are left"
! grep fuse.snaprig /proc/self/mounts || fail "a mount is left"
echo "purged, nothing is left"
