# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# e2e_messages.sh - tables of the messages for command lines; sourced after e2e.sh.
#
# shellcheck disable=SC2154 # $work and the like are of e2e.sh

e2e_rows=0 e2e_rows_wrong=0

# is_said TEXT
is_said()
{
	if [ -n "$1" ]; then
		grep -qE -e "$1" "$work/stderr"
	else
		[ ! -s "$work/stderr" ]
	fi
}

# messages [WRAPPER...] - reads rows "EXIT | TEXT | ARGUMENTS" and calls the program with each,
# through the command WRAPPER....  TEXT is an extended regular expression for a line of stderr,
# empty for none; the arguments are quoted for a shell.  All rows are checked; no_message_was_wrong
# has the result.
messages()
{
	while IFS= read -r e2e_row; do
		e2e_exit=${e2e_row%% | *}
		e2e_typed=${e2e_row##* | }
		e2e_text=${e2e_row#* | }
		e2e_text=${e2e_text%" | $e2e_typed"}
		e2e_status=0
		eval '"$@" "$SNAPRIG"' "$e2e_typed" >"$work/stdout" 2>"$work/stderr" </dev/null ||
			e2e_status=$?
		# Tests that run at the same time make mount namespaces, with a copy of each mount.
		sed -i '/ was also mounted in the mount namespace of .* where it is dead now$/d' \
			"$work/stderr"
		e2e_rows=$((e2e_rows + 1))
		if [ "$e2e_status" != "$e2e_exit" ] || ! is_said "$e2e_text"; then
			e2e_rows_wrong=$((e2e_rows_wrong + 1))
			printf 'row %s\n  exit %s\n' "$e2e_row" "$e2e_status"
			sed 's/^/  said: /' "$work/stderr"
		fi
	done
}

no_message_was_wrong()
{
	[ "$e2e_rows_wrong" = 0 ] || fail "$e2e_rows_wrong of $e2e_rows messages"
	echo "$e2e_rows messages"
}
