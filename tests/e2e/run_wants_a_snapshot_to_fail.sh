#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A snapshot that must fail does, with the error that is expected; nothing of it is there for the
# client, and a snapshot that comes all the same, or meets another error, is told.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

cat >failing.yaml <<-END
	name: failing
	seed: 7
	profile: plain
	volume: { size: 1MiB, content: random }
	client: dd
	phases:
	  - inject:
	      - fault: snapshot.create error=ENOSPC snapshot=s1 times=1
	      - snapshot: { name: s1, fails: ENOSPC }
	      - expect: { snapshot: s1, state: gone, live: intact }
	      - backup: { of: s1, to: b1 }
	      - expect: { verdict: detected, exit: nonzero, leaks: none }
	  - recover:
	      - snapshot: s2
	      - backup: { of: s2, to: b2 }
	      - expect: { verdict: recovered, content: s2, leaks: none }
END
ran 0 failing.yaml

# changed EXIT TEXT EXPRESSION - with another line, it ends so and prints that.
changed()
{
	sed "$3" failing.yaml >changed.yaml
	! cmp -s failing.yaml changed.yaml || fail "'$3' changes nothing"
	ran "$1" changed.yaml
	tells "$2"
}
changed 4 "cannot take snapshot 's1': No space left on device" 's/fails: ENOSPC/fails: EIO/'
changed 3 "snapshot 's1' was to meet ENOSPC, and did not" 's/snapshot=s1/snapshot=s2/'
sed 's/fails:/requester: dies, fails:/' failing.yaml >both.yaml
refused 2 "both.yaml:9:9: snapshot has 'requester' and 'fails'" rig validate both.yaml
