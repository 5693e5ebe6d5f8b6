#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A hook and an ext4 on a loop device over the live view freeze for a snapshot,
# and thaw when a process that holds them, or the rig itself, is killed.
. "${0%/*}/../lib/e2e.sh"

not_under_valgrind "does not know pidfd_open(2), and rigs have no children"
requires jq mkfs.ext4
requires_loop

hook=$work/hook
cat >"$hook" <<'END'
#!/bin/sh
echo "$1" >>"${0%/*}/hook.log"
[ ! -e "${0%/*}/hook.$1.exit" ] || exit "$(cat "${0%/*}/hook.$1.exit")"
END
chmod +x "$hook"

failure()
{
	rig writers list "$mnt" --json | jq -r ".writers[] | select(.name == \"$1\") | .failure.why"
}

# writes_within SECONDS - the file system is not frozen; a frozen one would not let dd be killed.
writes_within()
{
	dd if=/dev/zero of="$work/fs/probe" bs=4k count=1 conv=fsync status=none &
	e2e_dd=$!
	wait_until "$1" is_dead "$e2e_dd"
}

log_words() { paste -sd' ' - <"$work/hook.log"; }
log_is_so() { [ "$(log_words)" = "$log_wanted" ]; }

# log_is WORDS - by and by; a hook that is thawed because another one failed may still run.
log_is()
{
	log_wanted=$1
	wait_until 20 log_is_so || :
	same "$1" "$(log_words)" "what the hook was called with"
	: >"$work/hook.log"
}

mount_volume 32MiB
mkfs.ext4 -q -F "$mnt/live"
loop=$(losetup -f --show "$mnt/live")
on_exit "detach_own '$loop'"
mkdir fs
mount "$loop" fs
on_exit "umount -l '$work/fs' 2>/dev/null"
rig writers add "$mnt" "hook path=$hook name=hook"
rig writers add "$mnt" "fsfreeze path=$work/fs name=fs"

# What is written before the snapshot is in it whole: nothing has to be replayed.
random_bytes 1 1000000 >fs/file
rig snapshot create "$mnt" s0
log_is "freeze thaw"
writes_within 60 || fail "the file system is still frozen"
cp "$mnt/snapshots/s0" copy
e2fsck -fn copy >log 2>&1 || fail "the snapshot of a frozen file system has errors"
grep -q 'recovering journal' log && fail "the snapshot has to be recovered"
debugfs -R 'cat /file' copy 2>/dev/null | cmp - fs/file || fail "a file is not in the snapshot"

# The hook has its own opinion.
echo 3 >hook.freeze.exit
refused 4 'fsfreeze hook has failed with status 3: VSS_E_WRITERERROR_NONRETRYABLE' \
	rig snapshot create "$mnt" s1
log_is "freeze thaw"
echo 75 >hook.freeze.exit
refused 4 'VSS_E_WRITERERROR_RETRYABLE' rig snapshot create "$mnt" s1
rm hook.freeze.exit
: >hook.log
echo 1 >hook.thaw.exit
refused 4 'status 1' rig snapshot create "$mnt" s1
[ ! -e "$mnt/snapshots/s1" ] || fail "a snapshot is left whose hook did not thaw"
rm hook.thaw.exit
: >hook.log

# The mount itself is FUSE's.
rig writers add "$mnt" "fsfreeze path=$mnt name=own"
refused 2 'Operation not supported .a FUSE mount cannot be frozen' rig snapshot create "$mnt" s1
log_is "freeze thaw"
rig writers remove "$mnt" own

# Frozen by hand, it is frozen; whoever is killed, it thaws.
rig writers freeze "$mnt"
! writes_within 1 || fail "the file system is not frozen"
pkill -9 -f "hold-writer fsfreeze $work/fs"
wait "$e2e_dd" || fail "the write that was frozen has failed"
log_is "freeze thaw"
same "the process that held '$work/fs' frozen was killed" "$(failure fs)" "why"
refused 2 'nothing is frozen' rig writers thaw "$mnt"
rig writers freeze "$mnt"
pkill -9 -f "hold-writer hook $hook"
log_is "freeze thaw"
writes_within 60 || fail "the file system stays frozen"

rig writers freeze "$mnt"
kill -9 "$(rig_pid)"
nobody_holds() { ! pgrep -f "hold-writer .*$work" >/dev/null; }
wait_until 20 nobody_holds || fail "a process still holds something"
log_is "freeze thaw"
umount fs || fail "the file system cannot be unmounted"
detach_loop "$loop" "$mnt/live"
rig umount "$mnt" 2>/dev/null || :
