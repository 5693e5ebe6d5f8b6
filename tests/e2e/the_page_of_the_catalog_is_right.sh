#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# scenarios/catalog/README.md: the command of each row runs scenarios, which are those that the
# row names.
. "${0%/*}/../lib/e2e.sh"

page=$e2e_root/scenarios/catalog/README.md
# Commands are typed at the root of the checkout, where make leaves ./snaprig.
mkdir root
ln -s "$SNAPRIG" root/snaprig
ln -s "$e2e_root/scenarios" root/scenarios
cd root
./snaprig run scenarios/catalog --list | sort >../all

# "SCENARIO|COMMAND" of each row; a | within one is written \|.
awk '/^\|/ && !/^\|---/ { gsub(/\\\|/, "\001"); split($0, part, "|")
	if (part[4] !~ /command/) print part[3] "|" part[4] }' "$page" >../rows

# words TEXT - a line each, without quotes; or just what stands there between `…`.
words()
{
	printf '%s\n' "$1" | tr -d '`' | tr -s ', ' '[\n*]' | sed '/^$/d'
}
in_quotes()
{
	# shellcheck disable=SC2016 # no command
	printf '%s\n' "$1" | grep -o '`[^`]*`' | tr -d '`'
}

while IFS='|' read -r scenarios command; do
	words "$scenarios" >../named
	typed=$(in_quotes "$command")
	if [ -z "$typed" ]; then
		! grep -qxFf ../all ../named || fail "no command for $scenarios"
		continue
	fi
	case $typed in
	"./snaprig run scenarios/catalog"[\ /]*) ;;
	*) fail "not a command to run a scenario: '$typed'" ;;
	esac
	sh -c "$typed --list" | sort >../listed
	[ -s ../listed ] || fail "a wrong command: $typed"
	while read -r pattern; do
		./snaprig run scenarios/catalog --filter "$pattern" --list || fail "no '$pattern'"
	done <../named | sort -u >../meant
	diff ../meant ../listed || fail "it runs others than are named: $typed"
	cat ../listed >>../told
done <../rows
