#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# With {repo} `snaprig check` runs a command without the failure, with it and after its remedy,
# all into one folder: what was right must restore whatever comes later.
# shellcheck disable=SC2016 # for the other shell
. "${0%/*}/../lib/e2e.sh"

requires jq
. "$e2e_root/tests/lib/e2e_check.sh"
check_size=1MiB

# because TEXT - the result says so (an extended regular expression).
because()
{
	jq -r .why result.json | grep -qE -e "$1" || fail "does not say '$1'"
}

copy='cat {snapshot} >{repo}/part && mv {repo}/part {repo}/$(basename {out})'
restore='cp {repo}/$(basename {out}) {restored}'
latest='cat {snapshot} >{repo}/part && mv {repo}/part {repo}/latest'

# Each run finds what those before it have left, and nothing of that is a leak.
checked 0 intact --restore "$restore" -- "$copy"
jq -e '.leaks == []' result.json >/dev/null || fail "a repository is a leak"
checked 0 detected --failure read-error --restore "$restore" -- "$copy && exit
	ls {repo} | tr '\n' ' ' >$work/seen; rm {repo}/part; exit 1"
same "b0.backup part " "$(cat seen)" "what the failing run saw"
checked 0 detected --failure read-error --restore "$restore" -- "
	$copy || { rm {repo}/part; exit 1; }
	ls {repo} | tr '\n' ' ' >$work/seen"
same "b0.backup b2.backup " "$(cat seen)" "what the run after the remedy saw"
checked 0 detected --failure cow-overflow --restore "$restore" -- "$copy"

# Whoever keeps but one has spoilt the others, unless that is told; also without any failure,
# as the runs are of different contents.
checked 1 silent-corruption --restore 'cp {repo}/latest {restored}' -- "$latest"
because "an earlier good backup is no longer right: backup 'b0': [0-9]+ of 256 blocks"
checked 0 intact --keeps 1 --restore 'cp {repo}/latest {restored}' -- "$latest"
checked 0 detected --keeps 1 --failure read-error --restore 'cp {repo}/latest {restored}' -- \
	"rm -f {repo}/latest; $latest"

# A failure that takes an earlier backup with it, and a remedy that does.
checked 1 misreported --failure read-error --restore "$restore" -- \
	"$copy || { rm {repo}/*; exit 1; }"
because "^it reported a failure, and an earlier good backup is no longer right: backup 'b0'"
checked 1 silent-corruption --failure read-error --restore "$restore" -- \
	"[ ! -e {repo}/part ] || rm {repo}/*; $copy"
because "^after the remedy: .*an earlier good backup is no longer right: backup 'b0'"

# In files nothing is written in between: who goes by times would not see it.
if [ "$(id -u)" = 0 ]; then
	checked 0 detected --size 16MiB --gives tree --failure read-error \
		--restore 'tar -C {restored} -xf {repo}/$(basename {out})' -- '
		tar -C {snapshot} -cf {repo}/part . && mv {repo}/part {repo}/$(basename {out})'
fi

refused 2 "cannot read number of backups '0'" rig check --keeps 0 -- true
refused 2 "cannot read number of backups 'x'" rig check --keeps x -- true
refused 2 "unknown word '{repos}'" rig check -- 'cp {snapshot} {repos}/x'
