#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# tools/deps installs what the archive has in one go, also when it has not got all that is worth
# having; what it lacks is asked for once, and does not make every later `make check` call apt-get.
. "${0%/*}/../lib/e2e.sh"

mkdir tools archive
cp "$e2e_root/tools/deps" tools
printf '%s\t%s\twhy\n' tests needed tests 'one?' tests 'other?' tests 'absent?' >tools/packages

# A system: files of archive/ can be had, when lists is there; lines of installed are installed.
: >installed
touch archive/needed archive/one archive/other
cat >tools/id <<-'EOF'
	#!/bin/sh
	echo 0
EOF
cat >tools/dpkg-query <<-'EOF'
	#!/bin/sh
	for name; do :; done
	grep -qx -e "$name" installed && echo installed
EOF
cat >tools/apt-cache <<-'EOF'
	#!/bin/sh
	shift
	for name; do
		[ ! -e lists ] || [ ! -e "archive/$name" ] ||
			printf '%s:\n  Installed: (none)\n  Candidate: 1\n' "$name"
	done
	! [ -e installed ] || printf 'removed:\n  Installed: (none)\n  Candidate: (none)\n'
EOF
cat >tools/apt-get <<-'EOF'
	#!/bin/sh
	[ "$1" != indextargets ] || { ! [ -e lists ] || echo a list; exit 0; }
	while [ "$1" != update ] && [ "$1" != install ]; do
		[ "$1" != -o ] || shift
		shift
	done
	echo "$*" >>calls
	[ "$1" != update ] || exec touch lists
	shift
	for name; do
		[ -e lists ] && [ -e "archive/$name" ] || { echo "E: $name"; exit 100; }
	done
	printf '%s\n' "$@" >>installed
EOF
chmod +x tools/*

# deps_calls - what apt-get is asked to do.
deps_calls()
{
	: >calls
	PATH=$work/tools:$PATH tools/deps tests >said 2>&1 || fail "deps fails: $(cat said)"
	cat calls
}

same 'install needed update install needed install one other' "$(deps_calls | paste -sd' ' -)" \
	"calls on a bare machine"
grep -q 'without absent' said || fail "what is absent is not told: $(cat said)"
same '' "$(deps_calls)" "calls when all is there that can be had"

# What has no archive's list yet is no reason to go without.
rm lists
: >installed
echo needed >installed
same 'update install one other' "$(deps_calls | paste -sd' ' -)" "calls without lists"
