#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# scenarios/catalog/README.md names every scenario that there is: the command of each row runs
# scenarios, and they are those that the row names.  No error of the two documents is left out.
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

in_quotes()
{
	# shellcheck disable=SC2016 # no command
	printf '%s\n' "$1" | grep -o '`[^`]*`' | tr -d '`'
}

# meant TEXT - puts the scenarios of which a word there is the name, or a pattern, into
# ../meant; the rest is prose, which seldom has as many hyphens as what is in ../strange.
meant()
{
	: >../strange
	printf '%s\n' "$1" | tr -s '`,;:() ' '[\n*]' | grep '^[a-z].*-' >../words || true
	while read -r word; do
		found=
		while read -r name; do
			# shellcheck disable=SC2254 # a pattern
			case $name in $word) found=1 && echo "$name" ;; esac
		done <../all
		[ -n "$found" ] || case $word in *-*-*) echo "$word" >>../strange ;; esac
	done <../words >../found
	sort -u ../found >../meant
}

while IFS='|' read -r scenarios command; do
	meant "$scenarios"
	typed=$(in_quotes "$command")
	if [ -z "$typed" ]; then
		[ ! -s ../meant ] || fail "no command for $scenarios"
		continue
	fi
	case $typed in
	"./snaprig run scenarios/catalog"[\ /]*) ;;
	*) fail "not a command to run a scenario: '$typed'" ;;
	esac
	[ ! -s ../strange ] || fail "no scenario $(cat ../strange), in the row of: $typed"
	sh -c "$typed --list" | sort >../listed
	[ -s ../listed ] || fail "a wrong command: $typed"
	comm -13 ../meant ../listed | grep . && fail "it runs what is not named: $typed"
	cat ../listed >>../told
done <../rows
sort -u ../told | diff ../all - || fail "the page does not name every scenario"

# Every error that the two documents about Xen Orchestra have a heading for has a row with one.
while read -r heading; do
	grep -F -- "$heading" "$page" | awk -F '|' '/^\|/ && $(NF - 1) ~ /`/ { found = 1 }
		END { exit !found }' || fail "no scenario for '$heading'"
done <<'END'
The Snapshot Chain is too Long
VDI chain protection
Parse Error
SR_BACKEND_FAILURE_44 (insufficient space)
Could not find the base VM
LICENSE_RESTRICTION
ENOSPC: no space left on device
Error: no VMs match this pattern
Error: SR_OPERATION_NOT_SUPPORTED
Error: Lock file is already being held
Error: HTTP connection has timed out
Error: Expected values to be strictly equal
Error: the job is already running
Error: VDI_IO_ERROR
Error: no XAPI associated to <UUID>
Failure Error: SR_BACKEND_FAILURE_44(, There is insufficient space, )
Failure Error: SR_BACKEND_FAILURE_109(, The snapshot chain is too long, )
is already running
Skipped Reason: (unhealthy VDI chain) Job canceled to protect the VDI chain
END
