#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Under the seccomp profile for containers volumes are served, snapshots taken, clients judged; the
# profile forbids what it says, and nothing that we ask for.
. "${0%/*}/../lib/e2e.sh"

requires jq gcc setarch dd
profile=$e2e_root/packaging/seccomp.json
same "SCMP_ACT_ALLOW SCMP_ACT_ERRNO 1" "$(jq -r '[.defaultAction, (.syscalls[0] | .action,
	.errnoRet)] | join(" ")' "$profile")" "what the profile does"
jq -r '.syscalls[].names[]' "$profile" >names
for name in io_uring_setup io_uring_enter io_uring_register mount umount2; do
	! grep -qx "$name" names || fail "the profile forbids $name"
done
# Each is a call of this machine, or of another one, that the headers know.
{
	echo '#include <sys/syscall.h>'
	sed 's/.*/& __NR_&/' names
} | gcc -E -P - | sed -n 's/^\([a-z0-9_]*\) \([0-9][0-9]*\)$/\2/p' | paste -sd, - >numbers
[ "$(tr ',' '\n' <numbers | wc -l)" -ge 50 ] || fail "few calls are known: $(cat numbers)"

[ "$(id -u)" = 0 ] || skip "under a filter of an ordinary user fusermount3 has no privilege"

# inside ERRNO COMMAND... - under the profile.
inside()
{
	inside_answer=$1
	shift
	"$E2E_TOOLS/forbid" "$(cat numbers)=$inside_answer" "$@"
}
# judged ERRNO OPTION... - dd is, by the rig, as on a machine that forbids nothing.
judged()
{
	answer=$1
	shift
	inside "$answer" "$SNAPRIG" check --size 4MiB --failure read-error --json "$@" -- \
		dd 'if={snapshot}' 'of={out}' bs=64k >checked 2>said ||
		fail "check $*: exit $?: $(cat said)"
	same detected "$(jq -r '.results[0].verdict // .verdict' checked)" "verdict on dd"
}
judged 1

# It is the profile that was in force.
! inside 1 "$(command -v setarch)" -R true 2>/dev/null || fail "personality(2) is not forbidden"
e2e_status=0
inside kill "$(command -v setarch)" -R true 2>/dev/null || e2e_status=$?
same 159 "$e2e_status" "exit of what calls what ends it"

# Nothing of it is even tried: what asks for it ends, the rig's processes, too.
for profile in plain datto actiphy elastio lvm vss xen; do
	judged kill --profile $profile
done
# of_rig COMMAND... - it works all the same.
of_rig()
{
	inside kill "$SNAPRIG" "$@" >said 2>&1 || fail "exit $? of $*: $(cat said)"
}
mkdir mnt
of_rig create v.img --size 8MiB
of_rig mount v.img mnt --profile xen --fault 'snapshot.read delay=1ms times=1' \
	--writer 'simulated name=x' --writer 'hook path=/bin/true'
inside kill "$(command -v dd)" if=/dev/urandom of=mnt/live bs=1M count=2 conv=notrunc,fsync \
	status=none || fail "dd"
for command in "snapshot create mnt s0" "snapshot clone mnt s0 c0" "snapshot changed mnt s0" \
	"gauge set mnt memory.used 85%" "fault list mnt" "writers freeze mnt" "writers thaw mnt" \
	"snapshot delete mnt c0" "coalesce mnt --wait" "status mnt" "events mnt" "top --once mnt" \
	"list mounts" "umount mnt" "verify v.img" "list clients" "list points"; do
	# shellcheck disable=SC2086 # words
	of_rig $command
done
e2e_status=0
inside kill "$SNAPRIG" xapi demo >said 2>&1 || e2e_status=$?
[ "$e2e_status" = 0 ] || [ "$e2e_status" = 77 ] || fail "exit $e2e_status of xapi demo: $(cat said)"
e2e_status=0
inside kill "$SNAPRIG" doctor >said 2>&1 || e2e_status=$?
[ "$e2e_status" = 0 ] || [ "$e2e_status" = 77 ] || fail "exit $e2e_status of doctor: $(cat said)"

# Nor is it called where no test comes, but for the door for LVM, which takes --privileged.
while read -r name; do
	grep -rnE "(^|[^a-z_])(SYS_|__NR_)?$name\\(|(SYS_|__NR_)$name\\b" --include='*.c' \
		"$e2e_root/simfs" "$e2e_root/faults" "$e2e_root/scenarios" "$e2e_root/bench" |
		grep -v "^$e2e_root/simfs/doors/dm/" >calls || continue
	fail "the profile forbids $name: $(cat calls)"
done <names
