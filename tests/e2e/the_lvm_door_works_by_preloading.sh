#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Where system calls must not be watched, programs meet a world's device-mapper by LD_PRELOAD:
# the same commands, refusals, journal and end.
# shellcheck disable=SC2016 # for another shell
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/lvm_world.sh"
requires setpriv kpartx jq timeout cc

unset SNAPRIG_LVM_INTERCEPT
make_image 64MiB
# No sanitizer in it, whose library must be loaded first.
cc -o calls "$e2e_root/tests/e2e/dm_calls.c"
calls=$work/calls

# It is taken where there is nothing else, and that is said.
"$E2E_TOOLS/forbid" seccomp=1 /bin/true || skip "no system call can be forbidden"
"$E2E_TOOLS/forbid" seccomp=1 "$SNAPRIG" lvm "$image" -- dmsetup ls >said 2>&1 ||
	fail "no world without seccomp: $(cat said)"
grep -q '^vg0-live' said || fail "devices without seccomp: $(cat said)"
grep -q 'programs of this world meet it by LD_PRELOAD' said || fail "not said: $(cat said)"
"$E2E_TOOLS/forbid" seccomp=1 "$SNAPRIG" doctor >said 2>&1
grep -q "'snaprig lvm' works by LD_PRELOAD alone" said || fail "doctor: $(cat said)"

# What follows wants it where there is a choice.
export SNAPRIG_LVM_INTERCEPT=preload
"$SNAPRIG" doctor >said 2>&1
grep -q "'snaprig lvm' works by LD_PRELOAD alone" said || fail "doctor, asked for it: $(cat said)"

# A snapshot from its creation to its removal; devices of one's own; partitions.
echo ". '$e2e_root/tests/lib/e2e_world.sh'" >inside.sh
cat >>inside.sh <<'END'
set -e
lvcreate -qq -s -L 16M -n b1 /dev/vg0/live
before=$(sha256sum </dev/vg0/b1)
dd if=/dev/urandom of=/dev/vg0/live bs=1M seek=1 count=1 conv=notrunc status=none
[ "$(sha256sum </dev/vg0/b1)" = "$before" ]
lvs --noheadings -o lv_name,origin | awk '{ print $1, $2 }'
lvremove -qq -f vg0/b1
dmsetup create mine --table '0 8 zero'
dmsetup suspend mine
dmsetup resume mine
dmsetup table mine
dmsetup remove mine
partition /dev/vg0/live
kpartx -a -p p /dev/vg0/live
dmsetup table vg0-livep1 | cut -d ' ' -f 1-3
kpartx -d -p p /dev/vg0/live
dmsetup ls | cut -f 1
END
cat >wanted <<'END'
b1 live
live 
0 8 zero 
0 100000 linear
vg0-live
END
world -- sh inside.sh >said 2>stderr || fail "commands: $(cat stderr)"
diff wanted said || fail "what the tools print"

# How they ended is known, of those who say so.
rig lvm --journal "$image" --json >journal
same "0" "$(jq '[.commands[] | select(.exit != 0)] | length' journal)" "commands that failed"
same "1" "$(jq '[.commands[] | select(.argv[0] == "lvcreate")] | length' journal)" \
	"calls of lvcreate"
world -- sh -c 'exec dmsetup table nothing' 2>/dev/null && fail "a device that is not there"
same 1 "$(rig lvm --journal "$image" --json | jq '.commands[-1].exit')" "exit code of a failure"
status=0
world -- sh -c 'exit 7' || status=$?
same 7 "$status" "exit code of the shell"

# Who may not, may not here.
refused 1 '/dev/mapper/control: open failed: Permission denied' \
	world -- setpriv --reuid=65534 --clear-groups --bounding-set=-all --inh-caps=-all dmsetup ls
refused 1 '/dev/mapper/control: open failed: Permission denied' \
	world -- setpriv --bounding-set=-sys_admin --inh-caps=-all dmsetup ls
same "dropped: Permission denied" "$(world -- "$calls" dropped)" "privileges that are dropped"
# Who loses the environment meets a node that nobody can open.
refused 1 '/dev/mapper/control: open failed: Permission denied' \
	world -- env -i "$(command -v dmsetup)" ls

# Signals, a crowd, wild buffers.
same "20 created, 20 removed, 0 failed" "$(world -- "$calls" restarting 20)" "SA_RESTART"
same "20 created, 20 removed, 0 failed" "$(world -- "$calls" interrupted 20)" "no SA_RESTART"
world -- timeout 60 "$calls" crowd 40 >said || fail "a crowd: $(cat said)"
world -- sh -c '"$0" wild' "$calls" | grep -q '^no memory: Bad address' || fail "no memory"
same "wait: Interrupted system call" \
	"$(world -- sh -c 'dmsetup create d --table "0 8 zero"; "$0" wait-ticking d' "$calls")" \
	"an event that is waited for"

# Who is refused since there are too many calls hears why.
cat >bomb.sh <<'END'
set -eu
dmsetup create d --table '0 8 zero'
"$1" bomb 600 d &
while dmsetup ls >/dev/null 2>refused; do
	sleep 0.1
done
kill -9 $!
cat refused
END
world -- sh bomb.sh "$calls" >said || fail "a bomb: $(cat said)"
grep -q 'failed: Cannot allocate memory' said || fail "a bomb: $(cat said)"

# Two worlds at once, one of them joined, and none inside.
rig create other.img --size 16MiB
rig create third.img --size 16MiB
mkdir mnt
rig mount "$image" mnt --profile lvm
mnt=$work/mnt
"$SNAPRIG" lvm mnt -- sh -c 'dmsetup create mine --table "0 8 zero"; touch inside
	while [ ! -e go ]; do sleep 0.05; done; exit 5' >said 2>&1 &
first=$!
wait_until 20 test -e inside || fail "the world does not begin: $(cat said)"
same vg0-live "$(rig lvm other.img -- dmsetup ls | cut -f 1)" "devices of another world"
rig lvm mnt --enter -- dmsetup ls | grep -q '^mine' || fail "who joins"
SNAPRIG_LVM_INTERCEPT='' "$SNAPRIG" lvm mnt --enter -- env -i "$(command -v dmsetup)" ls |
	grep -q '^mine' || fail "who joins behind a filter"
refused 77 'inside another one' \
	rig lvm other.img -- env -u LD_PRELOAD "$SNAPRIG" lvm "$work/third.img" -- true

# It lives until the last who lives in its namespace has gone, whatever he has closed.
"$SNAPRIG" lvm mnt --enter -- sh -c 'setsid sh -c "exec 0<&- 1>&- 2>&- 3>&- 4>&-
	while [ ! -e leave ]; do sleep 0.05; done; dmsetup ls >later 2>&1; touch left" &'
touch go
sleep 1
! is_dead "$first" || fail "the world has ended while somebody was in it"
touch leave
status=0
wait "$first" || status=$?
same 5 "$status" "exit code of the first"
wait_until 30 test -e left || fail "who was left did not get to its end"
grep -q '^mine' later || fail "devices of who was left: $(cat later)"
umount_volume
nothing_is_left
