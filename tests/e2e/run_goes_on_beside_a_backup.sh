#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A backup in the background is judged when it is awaited, by its own snapshot, its own faults and
# its own processes, whatever went on meanwhile; and it is ended with the run, however that ends.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

held='- fault: snapshot.read hang name=held times=1 when=read.progress>=50% snapshot=s1'
is_held='- wait: { journal: { event: fault.fired, rule: held } }'

# ---- two at once, and steps between them ----

# What it works with is there while it runs, and is no leak of another one that ends meanwhile.
# shellcheck disable=SC2016 # the client's shell
client tidy ': >"$TMPDIR/$$" && cp {snapshot} {out} && rm "$TMPDIR/$$"' 'cp {out} {restored}'
steps beside plain <<-END
	- snapshot: s1
	$held
	- write: { name: armed, pattern: random, bytes: 64KiB, start: "read.progress>=25%" }
	- backup: { of: s1, to: b1, in: background }
	$is_held
	- delete: { name: s1, fails: EBUSY }
	- write: { name: between, pattern: random, bytes: 64KiB }
	- snapshot: s2
	- backup: { of: s2, to: b2 }
	- expect: { verdict: intact }
	- fault-remove: held
	- await: b1
	- expect: { verdict: intact, live: intact, leaks: none }
	- restore: { from: b1 }
	- expect: { content: s1 }
END

sed -i 's/^client: dd/client: tidy/' beside.yaml

# ---- what strikes one is not the other's, and what the other leaves is not the one's ----

client untidy 'cp {snapshot} {out} || exit; case {out} in *b1*) setsid sleep 60 & esac' \
	'cp {out} {restored}'
steps apart plain <<-END
	- snapshot: s1
	- snapshot: s2
	- fault: snapshot.read error=EIO offset=2MiB.. snapshot=s2
	$held
	- backup: { of: s1, to: b1, in: background }
	$is_held
	- backup: { of: s2, to: b2 }
	- expect: { verdict: detected }
	- fault-remove: held
	- await: b1
	- expect: { verdict: leaked }
END
sed -i 's/^client: dd/client: untidy/' apart.yaml

# What has struck the first one before the second has ended is not forgotten.
steps struck plain <<-END
	- snapshot: s1
	- snapshot: s2
	- fault: snapshot.read error=EIO offset=2MiB.. snapshot=s1 name=bad
	- backup: { of: s1, to: b1, in: background }
	- wait: { journal: { event: fault.fired, rule: bad } }
	- backup: { of: s2, to: b2 }
	- expect: { verdict: intact }
	- await: b1
	- expect: { verdict: detected, exit: nonzero }
END

# ---- one that takes its snapshot itself, and one that outlives its time ----

steps taken vss <<-END
	- fault: snapshot.read hang name=held times=1 when=read.progress>=50% snapshot=s1
	- backup: { takes: s1, to: b1, in: background }
	$is_held
	- write: { name: meanwhile, pattern: random, bytes: 64KiB }
	- fault-remove: held
	- await: b1
	- expect: { verdict: intact, leaks: none }
END
sed -i 's/^client: dd/client: reference-vss/' taken.yaml
steps late plain 'time-limit: 1s' <<-END
	- snapshot: s1
	$held
	- backup: { of: s1, to: b1, in: background }
	- await: b1
	- expect: { verdict: hung }
END

# ---- a rig that a rule ends meanwhile takes all of them along ----

steps crashed plain <<-END
	- snapshot: s1
	- fault: snapshot.read crash when=read.progress>=50%
	- backup: { of: s1, to: b1, in: background }
	- wait: 1s
END
cat >>crashed.yaml <<-END
	  - later:
	      - await: b1
	      - expect: { verdict: detected, exit: nonzero }
	      - fault: snapshot.read error=EIO times=1 phase=later
	      - backup: { of: s1, to: b2 }
	      - expect: { verdict: detected, exit: nonzero }
END
steps dragged plain <<-END
	- snapshot: s1
	- snapshot: s2
	- fault: snapshot.read crash when=read.progress>=50% snapshot=s2
	$held
	- backup: { of: s1, to: b1, in: background }
	$is_held
	- backup: { of: s2, to: b2 }
	- expect: { verdict: detected, exit: nonzero }
	- await: b1
	- expect: { verdict: detected, exit: nonzero }
END
# So does a client; but that is left behind by it.
client unmounts 'cp {snapshot} {out} && {snaprig} umount {mnt}' 'cp {out} {restored}'
steps ended plain <<-END
	- snapshot: s1
	- backup: { of: s1, to: b1, in: background }
	- wait: 1s
	- await: b1
	- expect: { verdict: leaked }
END
sed -i 's/^client: dd/client: unmounts/' ended.yaml
ran 0 beside.yaml apart.yaml struck.yaml taken.yaml late.yaml crashed.yaml dragged.yaml ended.yaml
tells "no volume, after the client of backup 'b1'"
tells 'process of backup .b1.: sleep'

# ---- a moment that does not come is told when nobody can bring it about any more ----

steps never plain <<-END
	- snapshot: s1
	- backup: { of: s1, to: b1, in: background }
	- wait: { journal: { event: fault.fired } }
	- await: b1
END
before=$(date +%s)
ran 3 never.yaml
tells "event 'fault.fired' is 0 times in the journal"
[ $(($(date +%s) - before)) -lt 20 ] || fail "it has waited for what cannot come"

# ---- whoever is not awaited is ended ----

steps ends plain <<-END
	- snapshot: s1
	$held
	- backup: { of: s1, to: b1, in: background }
	$is_held
	- write: { name: fits, pattern: random, bytes: 64KiB, fails: ENOSPC }
	- await: b1
END
ran 3 ends.yaml
tells "was to meet ENOSPC, and did not"

sed -e 's/^name: .*/name: killed/' -e '/name: fits/d' -e 's/time-limit: .*//' ends.yaml >killed.yaml
"$SNAPRIG" run killed.yaml --report json=killed.json >/dev/null 2>&1 &
pid=$!
tries=0
until ls "$TMPDIR"/*/logs/b1.backup.log >/dev/null 2>&1; do
	tries=$((tries + 1))
	[ "$tries" -lt 600 ] || fail "the backup does not begin"
	sleep 0.1
done
kill -TERM "$pid"
wait "$pid" && fail "it has not ended by the signal"
nothing_left

# ---- and it is repeated ----

mkdir records
ran 0 beside.yaml --record records
rig replay records/beside.jsonl >/dev/null || fail "the record is not repeated"
