#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Where io_uring or /dev/fuse is forbidden, as in a container, or where io_uring is too old, what
# needs it exits with 77, and says what helps.
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
# One of before Linux 5.10.  A sanitizer is no second library to be loaded.
if [ "$e2e_slow" = 0 ]; then
	old="env LD_PRELOAD=$E2E_TOOLS/old_ring.so OLD_RING_FEATURES=0x3f"
	# shellcheck disable=SC2086 # words
	forbidden "the io_uring of this kernel is too old .use Linux 5.10 or later" $old
	$old "$SNAPRIG" doctor >said && fail "doctor finds that volumes can be mounted"
	grep -q "^missing *io_uring: is too old  - use Linux 5.10 or later" said ||
		fail "doctor does not tell: $(cat said)"
fi
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
	# One that is root's alone, for an ordinary user.
	chmod 755 "$work"
	cp "$SNAPRIG" snaprig
	cat >closed <<-'END'
		mount -t tmpfs none dev && mknod -m 600 dev/fuse c 10 229 &&
			mount --bind dev/fuse /dev/fuse || exit 88
		shift
		exec setpriv --reuid 65534 --regid 65534 --clear-groups ./snaprig "$@"
	END
	e2e_status=0
	(in_a_namespace sh closed "$SNAPRIG" doctor >said) || e2e_status=$?
	if [ "$e2e_status" != 88 ]; then
		same 77 "$e2e_status" "exit of doctor"
		grep -q "^missing  /dev/fuse: cannot be opened: Permission denied  - chmod 0666" \
			said || fail "doctor does not tell: $(cat said)"
		forbidden "'/dev/fuse' must not be opened .chmod 0666 /dev/fuse" \
			"$e2e_root/tests/lib/in_a_namespace.sh" sh closed
	fi
fi
