#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A rig in the foreground tells a service manager when it can be used and when it ends, and nobody
# else speaks for it: a rig in the background does not, and no child knows the socket.
. "${0%/*}/../lib/e2e.sh"

requires socat
image=$work/volume.img mnt=$work/mnt
mkdir "$mnt"
rig create "$image" --size 4MiB
cat >hook <<-END
	#!/bin/sh
	env >>"$work/environment"
END
chmod +x hook

is_told()
{
	grep -qs "$1" told
}

# serve SOCKET - as a manager starts a service.
serve()
{
	NOTIFY_SOCKET=$1 "$SNAPRIG" mount "$image" "$mnt" --foreground --profile datto \
		--writer "hook name=app path=$work/hook" &
	rig=$!
}

# listen ADDRESS - what comes goes to the file `told`.
listen()
{
	: >told
	socat -u "$1" OPEN:"$work/told",append &
	listener=$!
}
# Nobody waits for one that waits.
# shellcheck disable=SC2016 # for the end
on_exit 'kill "$listener" 2>/dev/null || :'

# listens NAME - as the kernel has it.
listens()
{
	grep -qF -e "$1" /proc/net/unix
}

abstract=snaprig-test-$$
for kind in path abstract; do
	case $kind in
	path) address=UNIX-RECV:$work/socket socket=$work/socket ;;
	abstract) address=ABSTRACT-RECV:$abstract socket=@$abstract ;;
	esac
	listen "$address"
	wait_until 10 listens "$socket" || fail "$kind: nobody listens"
	serve "$socket"
	wait_until 20 is_told READY=1 || fail "$kind: not told that it is ready"
	is_mounted "$mnt" || fail "$kind: ready, and not mounted"
	is_told "^STATUS=$image is on $mnt, as datto" || fail "$kind: said $(cat told)"
	! is_told STOPPING || fail "$kind: stopping already"
	rig snapshot create "$mnt" s
	rig umount "$mnt"
	wait "$rig" || fail "$kind: exit $?"
	wait_until 10 is_told STOPPING=1 || fail "$kind: not told that it ends: $(cat told)"
	kill "$listener"
	wait "$listener" || :
	rm -rf "$image.snaprig" socket
done
[ -s environment ] || fail "no writer was run"
! grep NOTIFY_SOCKET environment || fail "a child knows the socket"

# Nobody listens there; and what no manager names is no socket.
for socket in "$work/none" "@none-$$" relative / @ vsock:2:1 "$(printf '/%0200d' 0)"; do
	serve "$socket"
	wait_until 20 is_mounted "$mnt" || fail "not mounted with NOTIFY_SOCKET=$socket"
	rig umount "$mnt"
	wait "$rig" || fail "exit $? with NOTIFY_SOCKET=$socket"
done

listen "UNIX-RECV:$work/socket"
wait_until 10 listens "$work/socket" || fail "nobody listens"
NOTIFY_SOCKET=$work/socket rig mount "$image" "$mnt"
rig umount "$mnt"
same "" "$(cat told)" "what a rig in the background says"

# A name cannot say more than a name.
odd=$work/$(printf 'a\nMAINPID=1')
mkdir "$odd"
mnt=$odd
NOTIFY_SOCKET=$work/socket "$SNAPRIG" mount "$image" "$mnt" --foreground &
rig=$!
wait_until 20 is_told READY=1 || fail "not ready"
is_told "a?MAINPID=1, as plain" || fail "said $(cat told)"
! is_told '^MAINPID' || fail "a mount point speaks for the manager"
kill -TERM "$rig"
wait "$rig" || fail "exit $?"
wait_until 10 is_told STOPPING=1 || fail "SIGTERM: not told that it ends"
kill "$listener"

# The unit is one.
command -v systemd-analyze >/dev/null || exit 0
"$e2e_root/tools/install" "$SNAPRIG" "" "$work/prefix"
unit=$work/prefix/lib/systemd/system/snaprig@.service
systemd-analyze verify --man=no "$work/prefix/lib/systemd/system/snaprig@vol.service" >said 2>&1 ||
	fail "systemd-analyze: $(cat said)"
! grep -F snaprig@ said || fail "systemd-analyze: $(cat said)"
grep -q "^ExecStart=$work/prefix/bin/snaprig mount --foreground " "$unit" ||
	fail "the unit starts another program: $(grep ExecStart "$unit")"
