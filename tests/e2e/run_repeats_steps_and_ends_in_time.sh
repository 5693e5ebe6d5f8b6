#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Steps are repeated under names of their own, a scenario ends within its timeout, its client has
# the environment that it says, and what the machine has not is a skip that names it.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

# steps NAME CLIENT [LINE] - makes NAME.yaml; its steps come on stdin.
steps()
{
	cat >"$1.yaml" <<-END
		name: $1
		seed: 7
		profile: plain
		volume: { size: 4MiB, content: random }
		client: $2
		${3:-}
		phases:
		  - work:
		$(sed 's/^/      /')
	END
}

steps repeated dd <<-END
	- repeat:
	    times: 3
	    steps:
	      - write: { name: "w-{n}", pattern: random, bytes: 64KiB }
	      - snapshot: s
	      - backup: { of: s, to: "b-{n}" }
	      - expect: { verdict: intact, counter: "snapshot_reads>=1" }
	      - delete: s
	- expect: { journal: { event: snapshot.created, times: 3 } }
	- restore: { from: b-3 }
	- expect: { content: s, leaks: none }
END
ran 0 repeated.yaml
tells 'name: "b-3"'

# ---- time ----

# shellcheck disable=SC2016 # the client's shell
client slow 'sleep 30' ':'
steps waits dd "timeout: 1s" <<-END
	- wait: 1h
	- snapshot: s1
END
steps hangs slow "timeout: 2s" <<-END
	- snapshot: s1
	- backup: { of: s1, to: b1 }
	- expect: { verdict: hung }
END
steps intime dd "timeout: 5m" <<-END
	- snapshot: s1
	- backup: { of: s1, to: b1 }
END
before=$(date +%s)
ran 124 waits.yaml
tells "the scenario is not over within its timeout of 1s"
ran 124 hangs.yaml
tells "the scenario is not over within its timeout of 2s"
[ $(($(date +%s) - before)) -lt 25 ] || fail "it has waited for more than the timeout"

# ---- surroundings ----

# shellcheck disable=SC2016 # the client's shell
client told 'echo "level $LEVEL of $TMPDIR"; cp {snapshot} {out}' 'cp {out} {restored}'
steps environment told 'env: { LEVEL: "9 3/4" }' <<-END
	- snapshot: s1
	- backup: { of: s1, to: b1 }
	- expect: { verdict: intact, says: "level 9 3/4 of /" }
END
ran 0 intime.yaml environment.yaml
steps absent dd "requires: [ sh, no-such-program ]" <<-END
	- snapshot: s1
END
ran 77 absent.yaml
tells "needs the program no-such-program"
