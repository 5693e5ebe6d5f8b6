#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The oracle sees the snapshot that a client takes at its very instant, and a
# client that repeats what must not be repeated is told from one that does not.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

restore='cat {out} >{restored}'
taking='takes: snapshot'

# vss NAME CLIENT [HEAD] - as `scenario`; the steps come on stdin.
vss()
{
	cat >"$1.yaml" <<-END
		name: $1
		seed: 7
		profile: vss
		volume: { size: 16MiB, content: random }
		writers: [ 'simulated name="System Writer"', simulated name=db ]
		time-scale: 100
		client: $2
		${3:-}
		phases:
		  - inject:
		$(sed 's/^/      /')
	END
}
failing='- fault: writer.freeze error=0x800423f4 writer=db times=1'
backup='- backup: { takes: s1, to: b1 }'

# What is written before and after the instant makes no difference.
client honest 'touch {snapshot}; sleep 1; cat {snapshot} >{out}; rm {snapshot}' \
	"$restore" "$taking"
vss honest honest <<END
- write: { name: early, pattern: random, bytes: 1MiB }
- write: { name: late, pattern: random, bytes: 4MiB, start: "read.progress>=1%" }
$backup
- expect: { verdict: intact, content: s1, live: intact, leaks: none }
- expect: { snapshot: s1, state: gone }
END
ran 0 honest.yaml

# Reading the live view is not reading the snapshot.
client live 'touch {snapshot}; head -c 1M {snapshot} >{out}.tmp
  while head -c 1M {live} | cmp -s - {out}.tmp; do sleep 0.05; done
  rm {out}.tmp; cat {live} >{out}; rm {snapshot}' "$restore" "$taking"
sed -i "s,{live},\$(dirname {snapshot})/../live,g" "$SNAPRIG_SHARE/clients/live.yaml"
vss live live <<END
- write: { name: late, pattern: sequential, bytes: 16MiB, start: "read.progress>=1%" }
$backup
END
ran 1 live.yaml
tells "b1.*verdict: silent-corruption, exit: 0"

# One that repeats whatever has failed, and what came of it in the end.
client stubborn 'until touch {snapshot}; do sleep 0.05; done
  cat {snapshot} >{out}; rm {snapshot}' "$restore" "$taking"
printf '%s\n' "$failing" "$backup" '- expect: { verdict: retried-non-retryable, exit: zero }' |
	vss stubborn stubborn
ran 0 stubborn.yaml
printf '%s\n' "$failing" "$backup" '- expect: { verdict: intact }' | vss wished stubborn
ran 1 wished.yaml
tells "expected verdict intact, met retried-non-retryable: a writer said that it would fail again"
printf '%s\n' "$failing" "$backup" | vss unjudged stubborn
ran 1 unjudged.yaml
tells "backup 'b1' is retried-non-retryable, which no step expects"

# What may pass may be repeated.
printf '%s\n' '- fault: writer.freeze error=0x800423f3 writer=db times=1' "$backup" \
	'- expect: { verdict: intact }' | vss retryable stubborn
ran 0 retryable.yaml

# Each client takes it once: the next one's try is not a retry.
printf '%s\n' "$failing" "$backup" '- expect: { verdict: detected }' \
	'- backup: { takes: s2, to: b2 }' '- expect: { verdict: recovered, content: s2 }' |
	vss once reference-vss-aip2018
ran 0 once.yaml

# The journal of a rig that has crashed is not what the next one is read behind.
client crashed 'case {out} in *b1*) touch {snapshot};; *)
  until touch {snapshot}; do sleep 0.05; done;; esac
  cat {snapshot} >{out} && rm {snapshot}' "$restore" "$taking"
{
	for name in a b c d e f; do printf '%s\n' "- snapshot: $name" "- delete: $name"; done
	printf '%s\n' '- fault: snapshot.read crash when=read.progress>=50%' "$backup" \
		'- expect: { verdict: detected }' "$failing" '- backup: { takes: s2, to: b2 }' \
		'- expect: { verdict: retried-non-retryable, exit: zero }'
} | vss crashed crashed
ran 0 crashed.yaml

# Without a snapshot there is nothing to compare with.
client none "head -c 16M /dev/zero >{out}" "$restore" "$taking"
printf '%s\n' "$backup" | vss none none
ran 1 none.yaml
tells "b1.*verdict: inconclusive, exit: 0.*no snapshot was taken to compare it with"
client liar "true" "$restore" "$taking"
printf '%s\n' "$failing" "$backup" | vss liar liar
ran 1 liar.yaml
tells "b1.*verdict: silent-corruption, exit: 0"

# One that never ends, and one that cannot: what it asked for does not come after it was killed.
client slow 'sleep 60' "$restore" "$taking"
printf '%s\n' "$backup" | vss slow slow 'time-limit: 500ms'
ran 124 slow.yaml
tells "b1.*verdict: hung"
printf '%s\n' '- fault: snapshot.create hang times=1' "$backup" \
	'- expect: { verdict: hung }' '- expect: { leaks: none }' |
	vss stuck reference-vss 'time-limit: 500ms'
ran 0 stuck.yaml

# Who takes it removes it.
client forgetful 'touch {snapshot}; cat {snapshot} >{out}' "$restore" "$taking"
printf '%s\n' "$backup" '- expect: { leaks: none }' | vss forgetful forgetful
ran 1 forgetful.yaml
tells "left behind: snapshot 's1'"

# A job gives its snapshot the same name each night.
client nightly 'touch {snapshot} && cat {snapshot} >{out} && rm {snapshot}' "$restore" "$taking"
vss nightly nightly <<END
$backup
- write: { name: day, pattern: random, bytes: 1MiB }
- backup: { takes: s1, to: b2 }
- restore: { from: b2 }
- expect: { verdict: intact, content: s1, leaks: none }
$failing
- backup: { takes: s1, to: b3 }
- expect: { verdict: detected, exit: nonzero }
END
ran 0 nightly.yaml

# One that takes none has not saved that of the night before.
client once 'test -e {repo}/ran || touch {snapshot}; touch {repo}/ran
  cat {live} >{out}; rm -f {snapshot}' "$restore" "$taking"
sed -i 's/publishes:.*/publishes: [ "{out}", "{repo}\/" ]/' "$SNAPRIG_SHARE/clients/once.yaml"
vss first once <<END
$backup
- backup: { takes: s1, to: b2 }
END
ran 1 first.yaml
tells "b2.*verdict: inconclusive, exit: 0.*nobody wrote to the live view in the meantime"
{ echo "- snapshot: s1"; echo "$backup"; } | vss twice nightly
ran 2 twice.yaml
grep -q "snapshot 's1' was made before" said || fail "$(cat said)"

# A writer that dies on its own is a fault that struck.
printf '%s\n' "$backup" '- expect: { verdict: detected, exit: -311, says: "VSS_WS_UNKNOWN" }' |
	vss dies reference-vss
sed -i 's/simulated name=db/simulated name=db dies=1ms thaw=1s/' dies.yaml
ran 0 dies.yaml

# A volume that has no room for it refuses it without any rule.
client taker 'touch {snapshot} && cat {snapshot} >{out} && rm {snapshot}' "$restore" "$taking"
cat >full.yaml <<-END
	name: full
	seed: 7
	profile: xen
	sr: lvm
	volume: { size: 16MiB, limit: 28MiB, content: random }
	client: taker
	phases:
	  - inject:
	      - backup: { takes: s1, to: b1 }
	      - expect: { verdict: detected, says: "No space left on device" }
	      - expect: { journal: { event: snapshot.refused, snapshot: s1, times: 1 } }
	      - expect: { snapshot: s1, state: gone, leaks: none }
END
ran 0 full.yaml

# One that fails by itself was not refused anything.
client unable false "$restore" "$taking"
sed '/journal:/d; s/client: taker/client: unable/; s/name: full/name: unable/' \
	full.yaml >unable.yaml
ran 3 unable.yaml
tells "the fault never struck"

# A record has all that a replay needs.
mkdir records
ran 0 once.yaml --record records
rig replay records/once.jsonl >replayed
cat replayed
grep -q "faults     1 of 1 struck again" replayed || fail "the replay is another run"
