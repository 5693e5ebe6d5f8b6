# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# machine.bash - Debian's kernel for clouds in an emulated machine.
#
# Sourced with $goal, the goal of make, and $work, a folder for what is made.  No part
# of the kernel is installed, and nothing of this machine's kernel is used.
# shellcheck disable=SC2154 # $goal and $work are of whoever sources this

boot_seconds_max=120
# An unpacked package, or an image that has all that is needed built in.
kernel=$work/kernel

skip()
{
	echo "SKIP make $goal: $*"
	exit 77
}

fail()
{
	echo "FAIL make $goal: $*"
	exit 1
}

# fetch_package PACKAGE FOLDER [OPTION...] - unpacks it there, with OPTIONs of apt; not again when
# FOLDER is not empty.
fetch_package()
{
	! compgen -G "$2/*" >/dev/null || return 0
	mkdir -p "$2"
	(cd "$2" && apt-get -qq "${@:3}" download "$1" 2>/dev/null &&
		dpkg -x "$1"_*.deb . && rm -f "$1"_*.deb) || skip "cannot download '$1'"
}

# The newest kernel that Debian has: this one, or that of OPTIONs of apt.
fetch_kernel()
{
	local package tool
	for tool in qemu-system-x86_64 cpio apt-cache dpkg; do
		command -v "$tool" >/dev/null || skip "'$tool' is missing"
	done
	package=$(apt-cache "$@" depends linux-image-cloud-amd64 2>/dev/null |
		awk '/Depends: linux-image-[0-9]/ { print $2; exit }')
	[ -n "$package" ] || skip "no package linux-image-cloud-amd64"
	fetch_package "$package" "$kernel" "$@"
}

# take_modules MODULE... - into $work/root/modules, in this order: each needs those before it.
# One with a ? is built into some kernels, or is no part of them.
take_modules()
{
	local number=10 module file
	mkdir -p "$work/root/modules"
	for module in "$@"; do
		file=$(echo "$kernel"/lib/modules/*/kernel/"${module%\?}".ko*)
		case $file in
		*.ko) cp "$file" "$work/root/modules/$number-${file##*/}" ;;
		*.ko.xz) xz -dc "$file" >"$work/root/modules/$number-$(basename "$file" .xz)" ;;
		*) [ "$module" != "${module%\?}" ] || skip "the kernel has no module '$module'" ;;
		esac
		number=$((number + 1))
	done
}

# take_libraries PROGRAM - what it is linked with, where it looks for it.
take_libraries()
{
	local library
	ldd "$1" | grep -o '/[^ ]*' | sort -u | while read -r library; do
		mkdir -p "$work/root$(dirname "$library")"
		cp "$library" "$work/root$library"
	done
}

# boot WHAT [QEMU-OPTION...] - the machine whose file system is $work/root; what it
# prints is in $work/console.
boot()
{
	local what=$1 image=$kernel
	shift
	[ -f "$image" ] || image=$(echo "$kernel"/boot/vmlinuz-*)
	(cd "$work/root" && find . | cpio --quiet -o -H newc) >"$work/initrd"
	timeout "$boot_seconds_max" qemu-system-x86_64 -accel tcg -cpu max -m 512 -nodefaults \
		-display none -serial "file:$work/console" -no-reboot "$@" \
		-kernel "$image" -initrd "$work/initrd" \
		-append "console=ttyS0 panic=-1 quiet" </dev/null || fail "$what: the machine"
	tr -d '\r' <"$work/console" >"$work/printed"
}
