#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Where io_uring or /dev/fuse is forbidden, as in a container, what needs it exits with 77, and
# says what helps.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

not_under_valgrind "needs system calls of its own"
"$E2E_TOOLS/forbid" 1 /bin/true || skip "no system call can be forbidden"
rig create v.img --size 1MiB
mkdir mnt
client one 'cp {snapshot} {out}' 'cp {out} {restored}'
scenario one one random <<-END
	- backup: { of: s1, to: b1 }
END

# Each way to need it, by HOW... that takes it away.
forbidden()
{
	e2e_why=$1
	shift
	refused 77 "cannot mount: $e2e_why" "$@" "$SNAPRIG" mount v.img mnt
	refused 77 "cannot mount: $e2e_why" "$@" "$SNAPRIG" mount --size 1MiB -- true
	e2e_status=0
	"$@" "$SNAPRIG" run one.yaml >said 2>&1 || e2e_status=$?
	same 77 "$e2e_status" "exit of run"
	grep -qE "SKIP cannot mount: $e2e_why" said || fail "run does not tell: $(cat said)"
	e2e_status=0
	"$@" "$SNAPRIG" check --size 1MiB -- cp {snapshot} {out} >said 2>&1 || e2e_status=$?
	same 77 "$e2e_status" "exit of check"
	grep -qE "cannot mount: $e2e_why" said || fail "check does not tell: $(cat said)"
	same "" "$(ls -A mnt)" "what was mounted"
	[ ! -e v.img.snaprig ] || fail "a state folder was made"
}

# EPERM, and ENOSYS as a kernel without it says.
forbidden "io_uring is forbidden .sysctl kernel.io_uring_disabled=0" "$E2E_TOOLS/forbid" 1
forbidden "there is no io_uring .use a kernel" "$E2E_TOOLS/forbid" 38
refused 77 "cannot verify: io_uring is forbidden" "$E2E_TOOLS/forbid" 1 "$SNAPRIG" verify v.img

# A device that is there, on a mount that has none.
if [ "$(id -u)" = 0 ] && (in_a_namespace true); then
	mkdir dev
	cat >without <<-'END'
		mount -t tmpfs -o nodev none dev && mknod -m 666 dev/fuse c 10 229 &&
			mount --bind dev/fuse /dev/fuse || exit 88
		exec "$@"
	END
	if (in_a_namespace sh without true); then
		forbidden "'/dev/fuse' must not be opened .chmod 0666" \
			"$e2e_root/tests/lib/in_a_namespace.sh" sh without
	fi
fi
