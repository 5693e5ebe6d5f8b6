#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What is expected of gauges, counters, time and the journal is met, or told that it is not.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

requires jq
steps met plain "time-scale: 60" <<-END
	- expect: { gauge: "snapshot.count=0", counter: "live_writes=0", elapsed: "<30m" }
	- snapshot: s1
	- write: { name: w1, pattern: sequential, bytes: 64KiB }
	- fault: snapshot.read error=EIO times=1 name=bad
	- wait: 5s
	- backup: { of: s1, to: b1 }
	- expect: { verdict: detected, elapsed: ">=5s" }
	- expect: { gauge: "snapshot.age>=5s" }
	- expect: { gauge: "snapshot.count<=1", counter: "live_written_bytes=64KiB" }
	- expect: { journal: { event: fault.fired, rule: bad, point: snapshot.read, times: 1 } }
	- expect: { journal: { event: fault.fired, rule: good, times: 0 } }
	- expect: { journal: { event: snapshot.created, snapshot: s1 } }
	- expect: { journal: { event: mounted } }
END
ran 0 met.yaml

# unmet TEXT WISH - is told.
unmet()
{
	steps unmet plain <<-END
		- snapshot: s1
		- write: { name: w1, pattern: sequential, bytes: 64KiB }
		- backup: { of: s1, to: b1 }
		- expect: { $2 }
	END
	ran 1 unmet.yaml
	tells "$1"
}
unmet "gauge 'snapshot.count' is 1, expected more than 1" 'gauge: "snapshot.count>1"'
unmet "gauge 'read.progress' is 1, expected less than 50%" 'gauge: "read.progress<50%"'
unmet "gauge 'snapshot.age' is .*, expected 1h at least" 'gauge: "snapshot.age>=1h"'
unmet "counter 'live_writes' is 1, expected 0" 'counter: "live_writes=0"'
unmet "s have passed since the phase began, expected 1h at least" 'elapsed: ">=1h"'
unmet "event 'fault.fired' is 0 times in the journal, expected 1 at least" \
	'journal: { event: fault.fired }'
unmet "event 'snapshot.created' is 1 times in the journal, expected 2" \
	'journal: { event: snapshot.created, times: 2 }'

# The counters that can be expected are those of the rig.
mount_volume 1MiB
jq -r '."$defs".expect.properties.counter.pattern' "$e2e_root/scenarios/scenario.schema.json" |
	sed 's/^[^(]*(//; s/).*//' | tr '|' '\n' | sort >known
status '.counters | keys[]' | sort | diff - known || fail "other counters"
umount_volume
