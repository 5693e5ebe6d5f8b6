#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# docs/matrix.md has a row for each client that there is, with its package's version, and a
# column for each failure on each of its systems; no others, and in each cell a verdict.  What
# has to do with LVM is in docs/matrix-lvm.md, and what has to do with XAPI elsewhere.
. "${0%/*}/../lib/e2e.sh"
requires jq

page=$e2e_root/docs/matrix.md
# section TITLE - the rows of its table, without their heading.
section()
{
	# shellcheck disable=SC1003 # a backslash
	sed -n "/^## $1\$/,/^## [^#]/p" "$page" | grep '^|' | sed 1,2d | tr -d '\\'
}

SNAPRIG_SHARE=$e2e_root/scenarios
export SNAPRIG_SHARE
# Clients that are given LVM or XAPI, and what only they meet, are no part of it.
of_xapi=$(grep -l '^gives: xapi' "$e2e_root"/scenarios/clients/*.yaml | sed 's|.*/||; s|[.]yaml$||')
grep -l '^gives: lvm' "$e2e_root"/scenarios/clients/*.yaml | sed 's|.*/||; s|[.]yaml$||' >of-lvm
grep -l '^clients: lvm' "$e2e_root"/scenarios/failures/*.yaml | sed 's|.*/||; s|[.]yaml$||' >>of-lvm
rig list clients --json | jq -r '.clients[].name' | grep -vxFf of-lvm | grep -vxF "$of_xapi" |
	sort >names
section "The table" | cut -d'|' -f2 | tr -d ' ' | sort | diff names - || fail "other clients"
section Clients | cut -d'|' -f2 | tr -d ' ' | sort | diff names - || fail "others are told of"
rig list failures --json | jq -r '.failures[] | .name as $name | .profiles[] |
	"\($name) (\(.))"' | grep -vE '^(lvm|xapi)-' | sort >titles
section Failures | sed 1d | awk -F ' *[|] *' '{ print $3 " (" $4 ")" }' | sort |
	diff titles - || fail "other failures; 'make matrix' runs what is missing"

# With that of no failure, and the client's name.
columns=$(($(wc -l <titles) + 1))
section "The table" | awk -F '|' -v wanted="$columns" 'NF != wanted + 3 { print; exit 1 }' ||
	fail "a row is not whole"
! section "The table" | cut -d'|' -f3- | grep -q '[^][ |idMSHLR?*]' || fail "a cell was not run"
section Clients | grep -v reference |
	awk -F ' *[|] *' '$3 !~ /^[^ ]+ [^ ]*[0-9]/ { print; exit 1 }' ||
	fail "a version is missing"
grep -q '^## What to know' "$page" || fail "what was written by hand is gone"
grep -q '(docs/matrix.md)' "$e2e_root/README.md" || fail "nobody is shown the way to it"

page=$e2e_root/docs/matrix-lvm.md
rig list clients --json | jq -r '.clients[].name' | grep -xFf of-lvm | sort >names
section "The table" | cut -d'|' -f2 | tr -d ' ' | sort | diff names - ||
	fail "other clients of LVM; 'make matrix-lvm' runs what is missing"
rig list failures --json | jq -r '.failures[].name' | grep '^lvm-' | sort >titles
section Failures | sed 1d | awk -F ' *[|] *' '{ print $3 }' | sort | diff titles - ||
	fail "other failures of LVM"
! section "The table" | cut -d'|' -f3- | grep -q '[^][ |.idMSHLR?*]' || fail "a cell is empty"
# What was not run cannot be, and says so.
dots=$(section "The table" | cut -d'|' -f3- | tr -cd . | wc -c)
same "$dots" "$(sed -n '/^## What was not run$/,/^## What to know/p' "$page" |
	grep -c ': the client ')" "cells with a reason why they were not run"
grep -q '^## What to know' "$page" || fail "what was written by hand is gone"
