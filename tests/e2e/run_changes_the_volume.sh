#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A scenario clones snapshots, discards parts of the volume and makes it longer; the oracle
# knows what is there then.  None of these would end as it does if the step did nothing.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

requires_root
# steps NAME PROFILE [LINE] - makes NAME.yaml; its steps come on stdin.
steps()
{
	cat >"$1.yaml" <<-END
		name: $1
		seed: 7
		profile: $2
		volume: { size: ${size:-4MiB}, content: ${content:-random}${disk:+, disk: $disk} }
		client: dd
		${3:-}
		phases:
		  - work:
		$(sed 's/^/      /')
	END
}

# A clone is what its snapshot was, also when that has gone, and under a name of its own.
steps cloned xen "coalesce: none" <<-END
	- snapshots: { name: old, count: 2, bytes: 64KiB }
	- write: { name: w1, pattern: random, bytes: 256KiB }
	- snapshot: s1
	- clone: { of: old-1, name: c1 }
	- clone: { of: s1, name: c2, copy: full }
	- delete: old
	- delete: s1
	- write: { name: w2, pattern: random, bytes: 256KiB }
	- backup: { of: c1, to: b1 }
	- expect: { verdict: intact, content: old-1 }
	- backup: { of: c2, to: b2 }
	- expect: { verdict: intact, content: c2, leaks: none }
END
steps other xen "coalesce: none" <<-END
	- snapshots: { name: old, count: 2, bytes: 64KiB }
	- clone: { of: old-1, name: c1 }
	- backup: { of: c1, to: b1 }
	- expect: { content: old-2 }
END

steps discarded plain <<-END
	- snapshot: s1
	- discard: { bytes: 1MiB, offset: 64KiB }
	- write: { name: w1, pattern: random, bytes: 64KiB }
	- expect: { live: intact }
	- backup: { of: s1, to: b1 }
	- expect: { verdict: intact }
	- snapshot: s2
	- backup: { of: s2, to: b2 }
	- expect: { verdict: intact }
END
# What a discard must have changed is the oracle's to know: here the rig drops it.
steps dropped plain <<-END
	- fault: live.discard drop
	- discard: { bytes: 1MiB }
	- expect: { live: intact }
	- snapshot: s1
	- backup: { of: s1, to: b1 }
	- expect: { verdict: intact }
END

# The writes reach behind what the volume had.
steps grown plain <<-END
	- snapshot: s1
	- backup: { of: s1, to: b1 }
	- delete: s1
	- grow: 8MiB
	- write: { name: w1, pattern: sequential, bytes: 6MiB }
	- snapshot: s2
	- write: { name: w2, pattern: random, bytes: 6MiB }
	- expect: { live: intact }
	- remount: unmounted
	- backup: { of: s2, to: b2 }
	- expect: { verdict: intact, content: s2, live: intact }
	- restore: { from: b1 }
	- expect: { content: s1 }
END

# A disk that fills up costs the snapshot, never the source; there is room again later.
disk=8MiB
steps filled plain <<-END
	- snapshot: s1
	- fill: all
	- write: { name: w1, pattern: random, bytes: 2MiB }
	- expect: { snapshot: s1, state: failed, error: ENOSPC, live: intact }
	- backup: { of: s1, to: b1 }
	- expect: { verdict: detected }
	- delete: s1
	- fill: 1MiB
	- snapshot: s2
	- write: { name: w2, pattern: random, bytes: 2MiB }
	- backup: { of: s2, to: b2 }
	- expect: { verdict: recovered, content: s2, leaks: none }
	- fill: none
END
disk=
ran 0 cloned.yaml discarded.yaml grown.yaml filled.yaml
ran 1 other.yaml
tells "the restored content is not that of snapshot 'old-2'"
ran 1 dropped.yaml
tells "the live content is not what was written: 256 of 1024 blocks differ"

# ---- what run would refuse, validate finds ----

# wrong TEXT PROFILE STEP... - at the last of these.
wrong()
{
	e2e_text=$1 profile=$2
	shift 2
	printf -- '- %s\n' "$@" | steps wrong "$profile"
	refused 2 "^wrong.yaml:$((8 + $#)):9: $e2e_text" rig validate wrong.yaml
	refused 2 "$e2e_text" rig run wrong.yaml
}
wrong "profile 'plain' has no chain to clone a snapshot in .try xen" plain \
	'snapshot: s1' 'clone: { of: s1, name: c1 }'
wrong "profile 'xen' has a chain, which takes no discards .try plain" xen 'discard: { bytes: 4KiB }'
wrong "profile 'xen' has a chain, which cannot grow .try plain" xen 'grow: 8MiB'
wrong "there is no disk to fill .try volume: { ..., disk: 16MiB }" plain 'fill: all'
wrong "cannot discard 512 bytes at 0 .it must be whole blocks of 4KiB" plain \
	'discard: { bytes: 512 }'
wrong "cannot discard 4096 bytes at 4194304 .the volume is smaller" plain \
	'discard: { bytes: 4KiB, offset: 4MiB }'
wrong "cannot grow to 4194304 bytes .the volume has 4194304 then" plain 'grow: 4MiB'
wrong "cannot grow to 6291456 bytes .the volume has 8388608 then" plain 'grow: 8MiB' 'grow: 6MiB'
wrong "cannot grow from 4194304 to 4194816 bytes .try multiples of 4KiB" plain 'grow: 4194816'
wrong "the volume cannot grow while snapshot 's1' exists .delete it first" plain \
	'snapshot: s1' 'grow: 8MiB'
wrong "writer 'w' cannot write 8392704 bytes .the volume is smaller" plain 'grow: 8MiB' \
	'write: { name: w, pattern: random, bytes: 8196KiB }'
# shellcheck disable=SC2034 # of steps
size=16MiB content='{ ext4: { files: 4, bytes: 64KiB } }'
wrong "cannot discard 4096 bytes at 0 .it would cut into the file system" plain \
	'discard: { bytes: 4KiB }'
