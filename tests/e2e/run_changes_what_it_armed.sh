#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Rules and writers come and go while a scenario runs, and so does its rig.  None of these
# scenarios would end as it does if the step did nothing.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

# ---- rules ----

steps removed plain <<-END
	- fault: live.write error=EIO name=broken
	- write: { name: w1, pattern: random, bytes: 64KiB, fails: EIO }
	- fault-remove: broken
	- write: { name: w2, pattern: random, bytes: 64KiB }
	- snapshot: s1
	- backup: { of: s1, to: b1 }
	- expect: { verdict: intact, live: intact }
END
# The rule of the same name is another one, and both have struck.
steps changed plain <<-END
	- snapshot: s1
	- fault: snapshot.read error=EIO name=bad
	- backup: { of: s1, to: b1 }
	- expect: { verdict: detected, says: "Input/output error" }
	- fault: snapshot.read error=ENXIO name=bad
	- backup: { of: s1, to: b2 }
	- expect: { verdict: detected, says: "No such device" }
	- fault-remove: bad
	- backup: { of: s1, to: b3 }
	- expect: { verdict: recovered, content: s1 }
END
ran 0 removed.yaml changed.yaml
tells "^ok 1 - removed"
# What goes without having struck has tested nothing; neither has what another one replaces.
steps early plain <<-END
	- fault: live.write error=EIO name=broken offset=1MiB..2MiB
	- fault-remove: broken
	- snapshot: s1
	- backup: { of: s1, to: b1 }
END
steps replaced plain <<-END
	- fault: live.write error=EIO name=broken
	- fault: snapshot.read error=EIO name=broken
	- snapshot: s1
	- backup: { of: s1, to: b1 }
	- expect: { verdict: detected }
END
ran 3 early.yaml
tells "the fault 'live.write error=EIO offset=1MiB..2MiB name=broken' never struck"
ran 3 replaced.yaml
tells "the fault 'live.write error=EIO name=broken' never struck"
# A run with both is repeated as it was.
mkdir record
rig run changed.yaml --record record >/dev/null
rig replay record/changed.jsonl >said || fail "is not repeated: $(cat said)"

# ---- the rig ----

for way in killed unmounted; do
	steps "$way" plain <<-END
		- snapshot: s1
		- fault: live.write error=EIO
		- write: { name: w1, pattern: random, bytes: 64KiB, fails: EIO }
		- remount: $way
		- write: { name: w2, pattern: random, bytes: 1MiB }
		- backup: { of: s1, to: b1 }
		- expect: { verdict: intact, live: intact, content: s1, leaks: none }
	END
done
steps chain xen "coalesce: none" <<-END
	- snapshots: { name: old, count: 3, bytes: 64KiB }
	- write: { name: w1, pattern: random, bytes: 256KiB }
	- remount: killed
	- write: { name: w2, pattern: random, bytes: 256KiB }
	- backup: { of: old-2, to: b1 }
	- expect: { verdict: intact, live: intact }
END
# What had struck before is no less a failure of the next backup.
steps told plain <<-END
	- snapshot: s1
	- fault: snapshot.read fail-snapshot
	- backup: { of: s1, to: b1 }
	- expect: { verdict: detected }
	- remount: unmounted
	- backup: { of: s1, to: b2 }
	- expect: { verdict: detected }
END
ran 0 killed.yaml unmounted.yaml chain.yaml told.yaml

# What struck under both rigs is repeated.
steps recorded plain <<-END
	- snapshot: s1
	- fault: live.write error=EIO times=1
	- write: { name: w1, pattern: random, bytes: 64KiB, fails: EIO }
	- remount: killed
	- fault: snapshot.read error=EIO after=3 phase=work
	- backup: { of: s1, to: b1 }
	- expect: { verdict: detected }
END
rig run recorded.yaml --record record >/dev/null
rig replay record/recorded.jsonl >said || fail "is not repeated: $(cat said)"
grep -q '2 of 2 struck again' said || fail "one rig's faults are forgotten: $(cat said)"

# ---- a chain that is merged ----

# With a fault that never strikes if nothing is begun.
steps begun xen "coalesce: none" <<-END
	- snapshots: { name: old, count: 3, bytes: 64KiB }
	- delete: old
	- fault: coalesce.start delay=1ms
	- coalesce: start
	- snapshot: s1
	- backup: { of: s1, to: b1 }
	- coalesce: wait
	- backup: { of: s1, to: b2 }
	- expect: { verdict: intact, live: intact }
END
ran 0 begun.yaml

# ---- writers ----

# No snapshot comes when a writer is dead; without it one does.
steps dead vss "writers: [ simulated name=db ]" <<-END
	- writer-add: simulated name=mail
	- writer-kill: mail
	- snapshot: s1
END
ran 4 dead.yaml
tells "mail"
steps gone vss "writers: [ simulated name=db ]" <<-END
	- writer-add: simulated name=mail
	- writer-kill: mail
	- writer-remove: mail
	- snapshot: s1
	- backup: { of: s1, to: b1 }
	- expect: { verdict: intact }
END
ran 0 gone.yaml

# ---- hooks around the snapshot ----

steps hooked plain <<-END
	- snapshot:
	    name: s1
	    before: |-
	      test ! -e "\$SNAPRIG_SNAPSHOT" && test -e "\$SNAPRIG_LIVE"
	      echo "1 \$?" >>$work/hooks
	    after: |-
	      test -e "\$SNAPRIG_SNAPSHOT" && "\$SNAPRIG" status "\$SNAPRIG_MNT" | grep -q s1
	      echo "2 \$?" >>$work/hooks
	- backup: { of: s1, to: b1 }
	- expect: { verdict: intact, leaks: none }
END
ran 0 hooked.yaml
same "1 0 2 0" "$(paste -sd' ' hooks)" "what the hooks have done"
steps unhooked plain <<-END
	- snapshot:
	    name: s1
	    before: echo the database is away; exit 3
	    after: touch $work/after
END
ran 1 unhooked.yaml
tells "the hook before snapshot 's1' exited with 3: the database is away"
[ ! -e after ] || fail "a snapshot was taken all the same"
steps lingers plain "time-limit: 1s" <<-END
	- snapshot: { name: s1, after: "sleep 30" }
END
ran 124 lingers.yaml
tells "the hook after snapshot 's1' was killed at its time limit"

# ---- what run would refuse, validate finds ----

# wrong TEXT STEP... - at the last of these.
wrong()
{
	e2e_text=$1
	shift
	printf -- '- %s\n' "$@" | steps wrong plain "writers: [ simulated name=db ]"
	refused 2 "^wrong.yaml:$((8 + $#)):9: $e2e_text" rig validate wrong.yaml
	refused 2 "$e2e_text" rig run wrong.yaml
}
wrong "no rule 'bat' exists at this step .did you mean 'bad'" \
	'fault: live.read zero name=bad' 'fault-remove: bat'
wrong "no rule 'bad' exists" 'fault: live.read zero name=bad' 'remount: killed' \
	'fault-remove: bad'
wrong "no writer 'bd' exists at this step .did you mean 'db'" 'writer-kill: bd'
wrong "no writer 'mail' exists" 'writer-add: simulated name=mail' 'remount: unmounted' \
	'writer-kill: mail'
# So of a failure, wherever it is named.
cat >own.yaml <<-END
	name: own
	about: The rule goes twice.
	profiles: { plain: [] }
	inject: [ snapshot: s1, fault: snapshot.read error=EIO name=bad, fault-remove: bad,
	  fault-remove: bad, backup: { of: s1, to: b1 } ]
END
refused 2 "^own.yaml:5:3: no rule 'bad' exists" rig validate own.yaml
refused 2 "own.yaml:5:3: no rule 'bad' exists" \
	rig check --failure ./own.yaml -- cp '{snapshot}' '{out}/x'
