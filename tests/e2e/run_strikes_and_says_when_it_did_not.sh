#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Faults in scenarios: they strike in their phase, a client that hangs is let go
# when its time is over, and a scenario whose fault never struck has no result.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

dd="dd if={snapshot} bs=1M status=none"
client honest "$dd of={out}" "dd if={out} of={restored} bs=1M status=none"
client blind "$dd conv=noerror,sync of={out}; exit 0" "cat {out} >{restored}"

scenario detects honest random <<END
- fault: snapshot.read error=EIO offset=8MiB.. phase=inject
- backup: { of: s1, to: b1 }
- expect: { verdict: detected, exit: nonzero, says: "Input/output error" }
- expect: { snapshot: s1, state: active }
- expect: { live: intact }
END
cat >>detects.yaml <<END
  - recover:
      - delete: s1
      - snapshot: s2
      - backup: { of: s2, to: b2 }
      - expect: { verdict: recovered, leaks: none }
END
ran 0 detects.yaml

scenario zeros honest random <<END
- fault: [ "snapshot.read zero offset=8MiB..9MiB", "live.read delay=1ms name=never-counts" ]
- backup: { of: s1, to: b1 }
- expect: { verdict: silent-corruption, exit: zero }
END
ran 3 zeros.yaml
tells "the fault 'live.read delay=1ms name=never-counts' never struck: nothing that it is for"

scenario blind blind random <<END
- fault: snapshot.read stale offset=8MiB.. times=2
- write: { name: w, pattern: random, bytes: 1MiB }
- fault: snapshot.read error=EIO offset=16MiB.. times=1
- backup: { of: s1, to: b1 }
- expect: { verdict: silent-corruption, exit: zero }
END
ran 0 blind.yaml

time_limit=2s
scenario hangs honest random <<END
- fault: snapshot.read hang offset=8MiB.. times=1
- backup: { of: s1, to: b1 }
- expect: { verdict: hung }
END
ran 0 hangs.yaml

scenario late honest random <<END
- fault: snapshot.read error=EIO after=100000
- backup: { of: s1, to: b1 }
- expect: { verdict: intact }
END
ran 3 late.yaml
tells "the fault 'snapshot.read error=EIO after=100000' never struck: its count"

scenario wrong honest random <<END
- fault: snapshot.reed error=EIO
END
e2e_status=0
rig validate wrong.yaml >said 2>&1 || e2e_status=$?
same 2 "$e2e_status" "exit of validate"
grep -q "wrong.yaml:11:16: unknown point 'snapshot.reed' at column 1; did you mean" said ||
	fail "validate does not say where: $(cat said)"

# What no rule is, another client's lock say, has struck when it is named as the cause.
client locked-out 'echo "the lock is held"; exit 1' ':'
scenario named locked-out random <<END
- backup: { of: s1, to: b1 }
- expect: { verdict: detected, says: "the lock is held" }
END
scenario unnamed locked-out random <<END
- backup: { of: s1, to: b1 }
- expect: { verdict: detected, exit: nonzero }
END
ran 0 named.yaml
ran 3 unnamed.yaml
tells 'the fault never struck'
