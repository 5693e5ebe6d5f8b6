#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# check runs a command that takes its own snapshot with LVM, in the world of LVM: what it must have
# saved is known, what it forgets is found, a full COW volume and an ioctl that fails strike it, and
# a line of the scenario meets it in its world.
. "${0%/*}/../lib/e2e.sh"

requires_loop
requires jq lvcreate dmsetup

take='lvcreate -y -s -L {cow} -n {snapshot} {vg}/{lv}'
save='dd if=/dev/{vg}/{snapshot} of={out} bs=1M status=none'
remove='lvremove -f {vg}/{snapshot}'

# checked EXIT VERDICT OPTION... -- COMMAND
checked()
{
	e2e_wanted=$1 e2e_verdict=$2 e2e_status=0
	shift 2
	rig check --gives lvm --size 16MiB --json "$@" >result.json || e2e_status=$?
	jq -c '[.verdict, .fired, .leaks, .why]' result.json
	same "$e2e_verdict" "$(jq -r .verdict result.json)" "verdict: $*"
	same "$e2e_wanted" "$e2e_status" "exit: $*"
}

checked 0 intact -- "$take && $save && $remove"
checked 1 leaked -- "$take && $save"
same "snapshot 'vg0-s1'" "$(jq -r '.leaks[0]' result.json)" "what is left"
checked 0 detected --failure lvm-vg-full -- "$take && $save && $remove"
careful="$take && { $save; s=\$?; $remove || :; [ \$s = 0 ] || rm -f {out}; exit \$s; }"
checked 0 detected --failure cow-overflow -- "$careful"
checked 0 detected --fault 'dm.ioctl error=ENOMEM ioctl=table-load device=vg0-live after=1' -- \
	"$take && $save && $remove"
checked 0 detected --failure lvm-removed-under-reader -- "$careful"

# One that names its snapshot itself, another one each time, meets what is for that snapshot.
cat >own.yaml <<'END'
requires: [ lvcreate, dd, $OF_ITS_OWN ]
calls: "{lv}-own-*"
backup: |-
  name={lv}-own-$$
  lvcreate -y -s -L {cow} -n $name {vg}/{lv} || exit
  dd if=/dev/{vg}/$name of={out} bs=1M status=none
  status=$?
  lvremove -f {vg}/$name || status=5
  [ $status = 0 ] || rm -f {out}
  exit $status
restore: "dd if={out} of={restored} bs=1M status=none"
takes: snapshot
gives: lvm
publishes: [ "{out}" ]
END

# of_own FILTER - of the cells of the last table.
of_own()
{
	jq -r "[.cells[] | $1] | join(\" \")" own.json
}

rig matrix ./own.yaml --size 16MiB --failures lvm-remove-busy-once --json >own.json || :
same "not run not run" "$(of_own .verdict)" "without what it requires"
why=$(jq -r '.clients[0].missing' own.json)
same "there is no variable 'OF_ITS_OWN' in the environment" "$why" "what it requires"
OF_ITS_OWN=$work rig matrix ./own.yaml --size 16MiB --json \
	--failures lvm-remove-busy-once,lvm-removed-under-reader >own.json || :
same "intact intact detected" "$(of_own .verdict)" "who names its own snapshot"
same "0 1 1" "$(of_own .fired)" "what struck it"

# What cannot happen to a client is no finding about it.
cat >cannot.yaml <<'END'
name: cannot
about: Of this client it cannot be.
clients: lvm
profiles: { lvm: [] }
inject:
  - lvm:
      name: looks
      run: "echo looking; echo 'it has not got one'; exit 77"
      start: "read.progress>=25%"
  - backup: { takes: s1, to: b1 }
remedy:
  - backup: { takes: s2, to: b2 }
END
e2e_status=0
rig check --gives lvm --size 16MiB --failure ./cannot.yaml --json -- "$take && $save && $remove" \
	>result.json || e2e_status=$?
same "77 skipped it has not got one" "$e2e_status $(jq -r '.verdict + " " + .why' result.json)" \
	"a failure that cannot be"

refused 2 "needs profile lvm, not 'xen'" rig check --gives lvm --profile xen -- true
refused 77 "needs a client that uses LVM" rig check --failure lvm-vg-full -- true
