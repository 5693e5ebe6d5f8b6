# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# e2e_terminal.sh - what a command shows on a terminal while it works; needs script(1).

# on_terminal NAME COMMAND... - its output, as a terminal gets it, into NAME.
on_terminal()
{
	name=$1
	shift
	echo "$*" >line
	COLUMNS=100 TERM=${TERM_SAYS:-xterm} script -qec "stty cols 100; . ./line" "$name" \
		>/dev/null </dev/null || fail "$name: exit $?: $(cat "$name")"
}

# drew NAME TEXT - the bar, and took it away.
drew()
{
	tr '\r' '\n' <"$1" | grep -qE -e "^$(printf '\033')\[K$2" ||
		fail "$1 does not show '$2': $(cat -v "$1")"
	tr '\r' '\n' <"$1" | grep "^$(printf '\033')\[K" | tail -n 1 >last
	! grep -qE '[0-9] s( left)?$' last ||
		fail "the line of $1 was not taken away: $(cat -v "$1")"
}

# drew_nothing FILE - which is what a command said into a file.
drew_nothing()
{
	! grep -qE "$(printf '\033')|\[#*\.*\]| left$" "$1" || fail "it draws into a file: $(cat -v "$1")"
}
