#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A scenario names failures: their steps take the place of one, with what must be seen of them;
# their remedies, too.  And a job comes again, under the name of the time before.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

# named NAME PROFILE CLIENT - makes NAME.yaml; its phases come on stdin.
named()
{
	cat >"$1.yaml" <<-END
		name: $1
		seed: 7
		profile: $2
		volume: { size: 8MiB, content: random }
		client: $3
		phases:
		$(sed 's/^/  /')
	END
}

named overflow lvm dd <<-END
	- inject:
	    - failure: cow-overflow
	    - expect: { verdict: detected, exit: nonzero }
	- recover:
	    - remedy: cow-overflow
	    - expect: { verdict: recovered, content: s2, leaks: none }
END
ran 0 overflow.yaml
tells "^ok 1 - overflow"
grep -q "snapshot 's1', state invalid" tap || rig run overflow.yaml --json | grep -q \
	"expect snapshot s1, state invalid" || fail "what must be seen is not looked for"

# Two of them, at moments of their own; a program of one's own; what only the rig shows.
cat >mine.yaml <<-END
	name: mine
	about: The second read fails.
	profiles: { plain: [] }
	inject: [ snapshot: s1, fault: snapshot.read error=EIO after=1 snapshot=s1,
	  backup: { of: s1, to: b1 } ]
	remedy: [ delete: s1, snapshot: s2, { backup: { of: s2, to: b2 } } ]
END
named two lvm dd <<-END
	- first:
	    - failure: { name: cow-overflow, at: "read.progress>=75%", as: a }
	    - expect: { verdict: detected }
	    - remedy: { name: cow-overflow, as: a }
	    - expect: { verdict: recovered, content: a-s2 }
	- second:
	    - failure: { name: ./mine.yaml, as: b }
	    - expect: { verdict: detected }
	    - remedy: { name: ./mine.yaml, as: b }
	    - expect: { verdict: recovered, content: b-s2 }
END
ran 0 two.yaml
named starved xen dd <<-END
	- inject:
	    - failure: unhealthy-chain
	    - expect: { verdict: intact }
	    - remedy: unhealthy-chain
	    - failure: { name: chain-too-long, as: long }
	    - expect: { verdict: detected }
	    - remedy: { name: chain-too-long, as: long }
	    - expect: { verdict: recovered }
END
ran 0 starved.yaml
named never plain dd <<-END
	- inject:
	    - failure: { name: flipped-bits, at: "ops>=1000000" }
	    - expect: { verdict: silent-corruption }
END
ran 3 never.yaml

# ---- what is wrong is told before anything is run ----

# wrong TEXT STEP...
wrong()
{
	e2e_text=$1
	shift
	{
		echo "- inject:"
		printf '    - %s\n' "$@"
	} | named wrong lvm dd
	refused 2 "^wrong.yaml:[0-9]+:[0-9]+: $e2e_text" rig validate wrong.yaml
	refused 2 "$e2e_text" rig run wrong.yaml
}
wrong "unknown failure 'cow-overflw' .did you mean 'cow-overflow'" 'failure: cow-overflw'
wrong "cannot read failure '.*none.yaml'" 'failure: ./none.yaml'
wrong "failure 'sr-full-thin' does not happen with profile 'lvm' .try xen" 'failure: sr-full-thin'
wrong "failure 'writer-f1' does not happen with profile" 'failure: writer-f1'
wrong "failure 'read-error' has no moment" 'failure: { name: read-error, at: "ops>=1" }'
wrong "cannot read moment 'x'" 'failure: { name: rig-crash, at: x }'
wrong "snapshot 's1' was made before" 'snapshot: s1' 'failure: read-error'
wrong "backup 'b1' was made before" 'failure: read-error' 'remedy: read-error' 'failure: read-error'
wrong "snapshot 's1' is never made before" 'remedy: read-error'
wrong "snapshot 's3' is never made before" 'failure: read-error' 'delete: s3'
wrong "unknown key 'att'" 'failure: { name: rig-crash, att: x }'
sed 's/after=1/aftr=1/' mine.yaml >bad.yaml
wrong "failure './bad.yaml': ./bad.yaml:4:[0-9]+: .*aftr" 'failure: ./bad.yaml'
sed 's/snapshot: s1,/failure: .\/loop.yaml,/' mine.yaml >loop.yaml
wrong "failure './loop.yaml': ./loop.yaml:4:11: a failure cannot consist of failures" \
	'failure: ./loop.yaml'
printf 'name: loop\nabout: a\nprofiles: &p { plain: [ *p ] }\ninject: [ snapshot: s1 ]\n' >loop.yaml
refused 2 "^loop.yaml:3:" rig validate loop.yaml
refused 2 "^bad.yaml:4:" rig validate bad.yaml
rig validate mine.yaml "$e2e_root/scenarios/failures" >said ||
	fail "ours have mistakes: $(cat said)"
# A folder with failures in it is run as far as it has scenarios.
mkdir folder
cp mine.yaml overflow.yaml folder
ran 0 folder

# ---- a job that comes again ----

# shellcheck disable=SC2016 # the client's shell
client again 'mkdir -p {repo}/v; cp {snapshot} {repo}/v/$(basename {out})' \
	'cp {repo}/v/$(basename {out}) {restored}'
sed -i 's,"{out}","{repo}/",' "$SNAPRIG_SHARE/clients/again.yaml"
named again plain again <<-END
	- runs:
	    - snapshot: daily
	    - backup: { of: daily, to: monday }
	    - expect: { verdict: intact }
	    - delete: daily
	    - write: { name: work, pattern: random, bytes: 1MiB }
	    - snapshot: daily
	    - backup: { of: daily, to: tuesday }
	    - expect: { verdict: intact, content: daily, leaks: none }
	    - restore: { from: tuesday }
	    - expect: { content: daily }
END
ran 0 again.yaml
sed 's/restore: { from: tuesday }/restore: { from: monday }/' again.yaml >old.yaml
ran 1 old.yaml
tells "restored content is not that of snapshot 'daily'"
sed '/delete: daily/d' again.yaml >twice.yaml
refused 2 "snapshot 'daily' was made before, at line" rig run twice.yaml
