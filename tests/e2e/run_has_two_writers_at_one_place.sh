#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Two writers that wait for the same moment write over the same blocks: whoever was
# the last, the live content is one of the two, and the runner can say so.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

client honest "dd if={snapshot} bs=1M status=none of={out}" \
	"dd if={out} of={restored} bs=1M status=none"

cat >two.yaml <<END
name: two
about: Two bursts over the same blocks at the same moment.
seed: 7
profile: plain
volume: { size: 16MiB, content: random }
client: honest
phases:
  - inject:
      - snapshot: s1
      - write: { name: a, pattern: sequential, bytes: 8MiB, start: "read.progress>=10%" }
      - gauge: { name: memory.used, value: 10% }
      - write: { name: b, pattern: sequential, bytes: 8MiB, start: "read.progress>=10%" }
      - backup: { of: s1, to: b1 }
      - expect: { verdict: intact }
      - expect: { live: intact }
END
for round in 1 2 3; do
	echo "round $round"
	ran 0 two.yaml
done
