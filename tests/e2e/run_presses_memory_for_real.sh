#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A scenario may take memory instead of feigning the gauge; where it cannot, the
# scenario is skipped.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

requires_root
rig doctor | grep -q '^ok .*memory cgroup' || skip "no cgroup can be made"
dd="dd if={snapshot} bs=1M status=none"
client honest "$dd of={out}" "dd if={out} of={restored} bs=1M status=none"
scenario presses honest random <<END
- gauge: { name: memory.used, value: 85%, memory: real }
- write: { name: w, pattern: random, bytes: 1MiB }
- expect: { snapshot: s1, state: failed }
- release: memory.used
- delete: s1
- snapshot: s2
- backup: { of: s2, to: b2 }
- expect: { verdict: intact }
END
ran 0 presses.yaml
scenario feigns honest random <<END
- gauge: { name: memory.used, value: 85%, memory: feigned }
END
refused 2 "real" rig validate feigns.yaml
