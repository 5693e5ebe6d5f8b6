#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# container.sh CACHE - does what the Containerfile says, in folders and without an engine, and runs
# what its image would run.  An instruction that it does not know is a mistake.
set -euo pipefail
cd "$(dirname "$0")/../.."
cache=$1
. tests/packages/root.bash

stage='' number=0 workdir=/ entry='' command=''
declare -A roots

# from IMAGE [AS NAME]
from()
{
	[[ $1 =~ ^debian:12-slim$ ]] || { echo "no image '$1' is known" && exit 1; }
	number=$((number + 1)) workdir=/
	stage=$cache/container.$number
	root_new bookworm "$stage"
	ln -sf /proc/self/mounts "$stage/etc/mtab"
	[ "${2:-}" != AS ] || roots[$3]=$stage
}

# copy [--from=NAME] SOURCE TARGET
copy()
{
	case $1 in
	--from=*) cp -r "${roots[${1#--from=}]}$2" "$stage$3" ;;
	*)
		mkdir -p "$stage$2"
		tar -c --exclude-from=<(sed 's,^,./,' .containerignore) . | tar -x -C "$stage$2" \
			--no-same-owner
		;;
	esac
}

# The words of ["a", "b"].
words()
{
	printf '%s\n' "$1" | jq -r 'join(" ")'
}

instruction()
{
	local name=${1%% *} rest=${1#* }
	echo "$name ${rest:0:60}"
	# shellcheck disable=SC2086 # words
	case $name in
	FROM) from $rest ;;
	COPY) copy $rest ;;
	WORKDIR)
		workdir=$rest
		mkdir -p "$stage$rest"
		;;
	RUN) root_run "$stage" sh -euc "cd '$workdir'; $rest" >"$cache/container.log" 2>&1 || {
		tail -n 20 "$cache/container.log"
		exit 1
	} ;;
	ENTRYPOINT) entry=$(words "$rest") ;;
	CMD) command=$(words "$rest") ;;
	*)
		echo "the Containerfile has an instruction '$name', which is not known here"
		exit 1
		;;
	esac
}

while IFS= read -r line; do
	instruction "$line"
done < <(sed '/^#/d; /^$/d' Containerfile | sed -e ':a' -e '/\\$/N; s/\\\n[[:blank:]]*//; ta')

# shellcheck disable=SC2086 # words
root_run "$stage" $entry $command | tail -n 3 || [ "${PIPESTATUS[0]}" = 77 ]
# shellcheck disable=SC2086
root_run "$stage" $entry check --size 4MiB --failure read-error -- \
	dd 'if={snapshot}' 'of={out}' bs=64k | grep -x 'verdict  *detected'
rm -rf --one-file-system "$cache"/container.*
