#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Clients that lie in every way there is, each found out by the oracle.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

# one CLIENT VERDICT EXIT_WISH - the store overflows under CLIENT.
one()
{
	scenario "$1" "$1" random <<-END
		$burst
		- backup: { of: s1, to: b1 }
		- expect: { verdict: $2, exit: $3 }
		- expect: { snapshot: s1, state: failed, error: EFBIG }
		- expect: { snapshot: s1, kernel-log: "max size exceeded" }
		- expect: { live: intact }
	END
	ran 0 "$1.yaml"
	tells "name: \"b1\", of: \"s1\", verdict: $2,"
}

dd="dd if={snapshot} bs=1M status=none"
client honest "$dd of={out}" "dd if={out} of={restored} bs=1M status=none"
client zeros-and-success "$dd conv=noerror,sync of={out} || true" "cat {out} >{restored}"
client zeros-and-failure "$dd conv=noerror,sync of={out}; exit 1" "cat {out} >{restored}"
client half-and-success "$dd of={out}; exit 0" "cat {out} >{restored}"
client nothing-and-success "cat {snapshot} >/dev/null; true" "cat {out} >{restored}"
client no-restore "$dd of={out}; exit 0" "exit 1"

one honest detected 1
one zeros-and-success silent-corruption zero
tells "8192 blocks differ"
one zeros-and-failure misreported nonzero
one half-and-success silent-corruption zero
one nothing-and-success silent-corruption zero
one no-restore silent-corruption zero

# What no expectation speaks of is a finding all the same.
scenario unspoken zeros-and-success random <<END
$burst
- backup: { of: s1, to: b1 }
END
ran 1 unspoken.yaml
tells "b1' is silent-corruption, which no step expects"

# A wrong expectation is a finding, and what was met is told.
scenario wrong honest random <<END
$burst
- backup: { of: s1, to: b1 }
- expect: { verdict: silent-corruption }
END
ran 1 wrong.yaml
tells "expected verdict silent-corruption, met detected"

# A failure that is noticed under a wrong name is misreported; under the right one not.
client names-another "$dd of={out} 2>/dev/null || { echo no such file; exit 1; }" "exit 1"
scenario wrong-cause names-another random <<END
$burst
- backup: { of: s1, to: b1 }
- expect: { verdict: misreported, says: "Input/output error" }
END
ran 0 wrong-cause.yaml
tells 'name: "b1", of: "s1", verdict: misreported,'
scenario right-cause honest random <<END
$burst
- backup: { of: s1, to: b1 }
- expect: { verdict: detected, says: "Input/output error" }
END
ran 0 right-cause.yaml

# A failure without a fault proves nothing about faults.
client always-fails "exit 3" "exit 1"
scenario no-fault always-fails random <<END
- backup: { of: s1, to: b1 }
- expect: { verdict: detected, exit: 3 }
END
ran 3 no-fault.yaml
tells "the fault never struck"

# But who lies without any fault lies: that is met where it is expected, and a finding elsewhere.
client always-lies ": >{out}" "cat {out} >{restored}"
for wish in silent-corruption detected misreported hung; do
	scenario lies-$wish always-lies random <<-END
		- backup: { of: s1, to: b1 }
		- expect: { verdict: $wish }
	END
done
ran 0 lies-silent-corruption.yaml
tells "verdict: silent-corruption"
for wish in detected misreported hung; do
	ran 1 lies-$wish.yaml
	tells "expected verdict $wish, met silent-corruption"
done

scenario never-comes honest random <<END
- write: { name: w, pattern: random, bytes: 4KiB, start: "store.used>=90%" }
- backup: { of: s1, to: b1 }
- expect: { verdict: detected }
END
ran 3 never-comes.yaml
tells "the moment store.used>=90% never came"

# The oracle looks at the image, not through the rig: what changes it behind the
# rig's back is found, in the snapshot and in the live view.
client meddler "dd if=/dev/urandom of=volume.img bs=4096 seek=100 count=2 conv=notrunc status=none
  cat {snapshot} >{out}" "cat {out} >{restored}"
scenario meddled meddler random <<END
- backup: { of: s1, to: b1 }
- expect: { live: intact }
END
ran 1 meddled.yaml
tells "the live content is not what was written: 2 of 8192 blocks differ, .* 409600"
tells 'name: "b1", of: "s1", verdict: silent-corruption'

time_limit=2s
client sleeper "sleep 100" "exit 1"
scenario hangs sleeper random <<END
- backup: { of: s1, to: b1 }
- expect: { verdict: intact }
END
ran 124 hangs.yaml
tells "met hung: .*sleep \(pid [0-9]+\)"
