# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# e2e_terminal.sh - what a command shows on a terminal while it works; needs script(1).

# on_terminal NAME COMMAND... - writes its output, as a terminal receives it, to NAME.
on_terminal()
{
	name=$1
	shift
	echo "$*" >line
	COLUMNS=100 TERM=${TERM_SAYS:-xterm} script -qec "stty cols 100; . ./line" "$name" \
		>/dev/null </dev/null || fail "$name: exit $?: $(cat "$name")"
}

# drew NAME TEXT - it drew the bar, and removed it.
drew()
{
	tr '\r' '\n' <"$1" | grep -qE -e "^$(printf '\033')\[K$2" ||
		fail "$1 does not show '$2': $(cat -v "$1")"
	tr '\r' '\n' <"$1" | grep "^$(printf '\033')\[K" | tail -n 1 >last
	! grep -qE '[0-9] s( left)?$' last ||
		fail "the line of $1 was not taken away: $(cat -v "$1")"
}

# drew_nothing FILE - which contains the output of a command to a file.
drew_nothing()
{
	! grep -qE "$(printf '\033')|\[#*\.*\]| left$" "$1" || fail "it draws into a file: $(cat -v "$1")"
}
