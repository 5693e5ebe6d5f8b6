#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# After a failure, and after the backup that has recovered from it, what was intact before must
# still restore: who spoils it has misreported that, or corrupted it in silence.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

# repository NAME BACKUP RESTORE [LINE] - a client with files in {repo}; $name is the backup's.
repository()
{
	client "$1" "name=\$(basename {out})
  $2" "name=\$(basename {out})
  $3" "${4:-}"
	sed -i 's,"{out}","{repo}/",' "$SNAPRIG_SHARE/clients/$1.yaml"
}

# judged NAME EXIT FAILED AFTER - an intact backup, one under a read error that is FAILED, and a
# third that is AFTER; each of another content.
judged()
{
	scenario "$1" "$1" random <<-END
		- backup: { of: s1, to: b1 }
		- expect: { verdict: intact }
		- write: { name: w1, pattern: random, bytes: 1MiB }
		- snapshot: s2
		- fault: "snapshot.read error=EIO offset=4MiB..5MiB snapshot=s2"
		- backup: { of: s2, to: b2 }
		- expect: { verdict: $3 }
		- write: { name: w2, pattern: random, bytes: 1MiB }
		- snapshot: s3
		- fault: "snapshot.read delay=1us snapshot=s3"
		- backup: { of: s3, to: b3 }
		- expect: { verdict: $4, leaks: none }
	END
	sed -i 's/^profile: .*/profile: plain/; s/32MiB/8MiB/' "$1.yaml"
	ran "$2" "$1.yaml"
}

# shellcheck disable=SC2016 # the client's shell
copy='cat {snapshot} >{repo}/part && mv {repo}/part {repo}/$name'
# shellcheck disable=SC2016
restore='cp {repo}/$name {restored}'

repository honest "$copy" "$restore"
judged honest 0 detected recovered

# A failure that takes an earlier backup with it: told once, and of the backup that did it.
repository breaks "$copy && exit
  : >{repo}/b1.backup; exit 1" "$restore"
judged breaks 0 misreported recovered
tells "name: \"b2\", .*it reported a failure, and an earlier good backup is no \
longer right: \
backup 'b1': the restored file has 0 bytes"

# A success that does.
repository overwrites 'cat {snapshot} >{repo}/part && mv {repo}/part {repo}/latest' \
	'cp {repo}/latest {restored}'
judged overwrites 0 misreported silent-corruption
tells "name: \"b3\", .*it reported success, but an earlier good backup is no longer right: \
backup 'b1': [0-9]+ of 2048 blocks differ"

# Whoever keeps but one says so, and is not asked for others.
repository overwrites-told 'rm -f {repo}/latest
  cat {snapshot} >{repo}/part && mv {repo}/part {repo}/latest' \
	'cp {repo}/latest {restored}' 'keeps: 1'
judged overwrites-told 0 detected recovered

# Whoever hangs is that first of all.
time_limit=2s
repository hangs "$copy && exit
  : >{repo}/b1.backup; sleep 60" "$restore"
judged hangs 0 hung recovered
tells "name: \"b2\", .*verdict: hung, .*not any more: backup 'b1'"
