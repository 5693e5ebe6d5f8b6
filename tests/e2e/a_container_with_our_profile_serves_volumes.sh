#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Under the seccomp profile for containers volumes are served, snapshots taken, clients judged; and
# the profile forbids what it says.
. "${0%/*}/../lib/e2e.sh"

requires jq gcc
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

# inside COMMAND... - under the profile.
inside()
{
	"$E2E_TOOLS/forbid" "$(cat numbers)=1" "$@"
}

inside "$SNAPRIG" check --size 4MiB --failure read-error --json -- \
	dd 'if={snapshot}' 'of={out}' bs=64k >checked 2>said || fail "check: $(cat said)"
same detected "$(jq -r '.results[0].verdict // .verdict' checked)" "verdict on dd"
# It is the profile that was in force.
command -v unshare >/dev/null && command -v setarch >/dev/null || exit 0
! inside "$(command -v setarch)" -R true 2>/dev/null || fail "personality(2) is not forbidden"
