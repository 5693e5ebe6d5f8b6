#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each of the nine verdicts: a client that earns it and no other, and one that does nearly the
# same and must not get it.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

restore='cat {out} >{restored}'
copy='cat {snapshot} >{out}'
bad='- fault: "snapshot.read error=EIO offset=4MiB..5MiB snapshot=s1"'
backup='- backup: { of: s1, to: b1 }'

# earned VERDICT NAME [LAST] - the backup LAST (b1) by client NAME, of the steps on stdin, is that.
earned()
{
	cat >"$2.yaml" <<-END
		name: $2
		seed: 7
		profile: ${profile:-plain}
		time-limit: ${time_limit:-30s}
		volume: { size: 8MiB, content: random }
		${writers:+writers: [ $writers ]}
		client: $2
		phases:
		  - inject:
		$(sed 's/^/      /')
	END
	rig run "$2.yaml" >tap 2>said || :
	nothing_left
	e2e_met=$(sed -n 's/.*name: "'"${3:-b1}"'".* verdict: \([a-z-]*\),.*/\1/p' tap)
	[ "$e2e_met" = "$1" ] || {
		cat "$2.yaml" tap said
		fail "client '$2' is '$e2e_met' and not '$1'"
	}
}

of_s1()
{
	printf '%s\n' '- snapshot: s1' "$@" "$backup"
}

# intact: all is well.  Not of one byte less than all.
client copies "$copy" "$restore"
of_s1 | earned intact copies
client flips "$copy
  printf x | dd of={out} bs=1 seek=4711 conv=notrunc status=none" "$restore"
of_s1 | earned silent-corruption flips

# silent-corruption: it goes on behind what it cannot read.  Not of one that says so.
client goes-on 'dd if={snapshot} of={out} bs=4k conv=noerror,sync 2>{log}; true' "$restore"
of_s1 "$bad" | earned silent-corruption goes-on
client says-so "dd if={snapshot} of={out} bs=4k conv=noerror,sync 2>{log}
  ! grep -q 'error reading' {log} || { rm {out}; exit 1; }" "$restore"
of_s1 "$bad" | earned detected says-so

# detected: it fails and leaves what is no backup.  Not of one that did not look.
client stops "$copy" "$restore"
of_s1 "$bad" | earned detected stops
client looks-away "$copy; true" "$restore"
of_s1 "$bad" | earned silent-corruption looks-away

# misreported: it fails, and what it leaves looks whole.  Not of one that takes it away.
client leaves "dd if={snapshot} of={out} bs=4k conv=noerror,sync 2>{log}; exit 1" "$restore"
of_s1 "$bad" | earned misreported leaves
client takes-away "dd if={snapshot} of={out} bs=4k conv=noerror,sync 2>{log}; rm {out}; exit 1" \
	"$restore"
of_s1 "$bad" | earned detected takes-away

# leaked: right, but something of it is left.  Not of one that waits for its own.
nap=63.$$
client leaves-a-process "$copy; sleep $nap &" "$restore"
of_s1 | earned leaked leaves-a-process
client waits-for-it "$copy & sleep 0.3 & wait" "$restore"
of_s1 | earned intact waits-for-it

# hung: it outlives its time.  Not of one that is slow.
time_limit=3s
client never-ends "$copy; sleep $nap" "$restore"
of_s1 | earned hung never-ends
client is-slow "$copy; sleep 1" "$restore"
of_s1 | earned intact is-slow
time_limit=30s

# recovered: intact after a failure.  Not of one that had not failed before, nor of one that is
# intact but for what it left.
of_s1 "$bad" >steps
cat - >>steps <<END
- snapshot: s2
- backup: { of: s2, to: b2 }
END
earned recovered copies b2 <steps
sed '/fault/d' steps | earned intact copies b2
client leaves-later "$copy && case {out} in *b2*) sleep $nap & ;; esac" "$restore"
earned leaked leaves-later b2 <steps

# inconclusive: what it left cannot be judged.  Not of one whose restore gives nothing.
client gives-a-folder "$copy" "mkdir {restored}"
of_s1 | earned inconclusive gives-a-folder
client gives-nothing "$copy" "true"
of_s1 | earned silent-corruption gives-nothing

# retried-non-retryable: another snapshot after a code that says that it will fail again.  Not
# after one that may pass.
profile=vss writers='simulated name=db'
taken='- backup: { takes: s1, to: b1 }'
client stubborn 'until touch {snapshot}; do sleep 0.05; done
  cat {snapshot} >{out}; rm {snapshot}' "$restore" 'takes: snapshot'
printf '%s\n' '- fault: writer.freeze error=0x800423f4 writer=db times=1' "$taken" |
	earned retried-non-retryable stubborn
printf '%s\n' '- fault: writer.freeze error=0x800423f3 writer=db times=1' "$taken" |
	earned intact stubborn
