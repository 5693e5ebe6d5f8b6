#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A client of a pool goes on from the snapshot of its run before: that may stay, and as many as its
# adapter says, if they came one by one; what is beyond is a leak.
. "${0%/*}/../lib/e2e.sh"

requires jq curl

client=". $e2e_root/tests/lib/xapi_client.sh"
cat >keeper.yaml <<END
backup: |-
  $client; take {snapshot} && save
restore: "cat {out} >{restored}"
takes: snapshot
gives: xapi
publishes: [ "{out}" ]
leaves: 2
END
cat >left.yaml <<END
name: left
about: A client deletes no snapshot.
seed: 7
profile: xen
volume: { size: 4MiB, content: zeros }
client: ./keeper.yaml
phases:
  - inject:
      - backup: { takes: s1, to: b1 }
      - expect: { verdict: intact, leaks: none }
      - backup: { takes: s2, to: b2 }
      - expect: { verdict: intact, leaks: none }
      - backup: { takes: s3, to: b3 }
      - expect: { verdict: leaked }
END
rig run left.yaml || fail "two are not what may be left"
sed -i '/^leaves/d' keeper.yaml
e2e_status=0
rig run left.yaml >said || e2e_status=$?
same 1 "$e2e_status" "exit of a client that may leave one"
grep -q 'name: "b2".*verdict: leaked' said || fail "the second is not told of: $(cat said)"
