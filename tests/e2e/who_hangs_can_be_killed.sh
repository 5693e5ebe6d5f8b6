#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `touch`, `rm`, `cat` and `dd` that hang are ended by the signal that ends them
# elsewhere: what had not begun has not happened, and the folder can be listed beside
# them.  A signal that ends nobody changes nothing.
. "${0%/*}/../lib/e2e.sh"

requires jq timeout

# killed WHAT COMMAND... - hangs, and is ended by SIGTERM, and by SIGKILL.
# (--foreground: a timeout that kills its whole group does not wait for the end of the command.)
killed()
{
	e2e_what=$1
	shift
	for e2e_signal in TERM KILL; do
		e2e_status=0
		timeout --foreground -k 20 -s "$e2e_signal" 0.5 "$@" >/dev/null 2>&1 ||
			e2e_status=$?
		case $e2e_signal-$e2e_status in
		TERM-124 | KILL-137) ;;
		*) fail "$e2e_what: exit $e2e_status after SIG$e2e_signal" ;;
		esac
	done
}

# lists NAMES WHAT - `ls` does not wait for anybody.
lists()
{
	e2e_names=$(timeout -s KILL 10 ls "$mnt/snapshots") || fail "$2: ls hangs, too"
	same "$1" "$(echo "$e2e_names" | paste -sd' ' -)" "$2"
}

hangs()
{
	[ "$(status "[.faults[] | select(.name == \"stuck\")][0].fired")" -gt "${1:-0}" ]
}

mount_volume 4MiB
touch "$mnt/snapshots/old"

# Somebody takes one, and waits; another one does, too.
rig fault add "$mnt" 'snapshot.create hang name=stuck' >/dev/null
touch "$mnt/snapshots/a" &
first=$!
touch "$mnt/snapshots/b" &
second=$!
wait_until 10 hangs 1 || fail "two creations are not two"
lists old "snapshots while two are taken"
refused 1 "File exists" timeout 10 touch "$mnt/snapshots/a"
refused 1 "No such file" timeout 10 cat "$mnt/snapshots/a"
killed "a touch that hangs" touch "$mnt/snapshots/c"
killed "an open that hangs" sh -c ": > '$mnt/snapshots/c'"
rig fault remove "$mnt" stuck
wait "$first" || fail "exit $? of the first touch"
wait "$second" || fail "exit $? of the second touch"
lists "a b old" "snapshots when two were taken"

# The instant itself hangs, and live writes wait for it: they go on.
rig fault add "$mnt" 'snapshot.commit hang name=stuck' >/dev/null
touch "$mnt/snapshots/c" &
first=$!
wait_until 10 hangs || fail "nobody hangs"
killed "a write that waits for a snapshot" \
	dd if=/dev/zero of="$mnt/live" bs=4k count=1 conv=notrunc status=none
kill "$first"
wait "$first" && fail "a touch that was killed says 0"
timeout 20 dd if=/dev/zero of="$mnt/live" bs=4k count=1 conv=notrunc status=none ||
	fail "live writes wait for a snapshot that nobody wants"
rig fault clear "$mnt" >/dev/null
lists "a b old" "snapshots after a touch was killed at its instant"

# A writer that freezes for ever.
rig writers add "$mnt" 'simulated name=slow freeze=1h' >/dev/null
killed "a touch whose writers freeze" touch "$mnt/snapshots/c"
lists "a b old" "snapshots after a touch was killed whose writers froze"
wait_until 20 rig writers remove "$mnt" slow >/dev/null || fail "the writer is not well again"

# Whoever deletes one waits with no folder locked, and hears what came of it.
rig fault add "$mnt" 'snapshot.delete hang name=stuck' >/dev/null
rm "$mnt/snapshots/b" &
first=$!
wait_until 10 hangs || fail "nobody hangs"
sleep 0.3
lists "a b old" "snapshots while one is deleted"
killed "an rm that hangs" rm "$mnt/snapshots/a"
(cd "$mnt/snapshots" && killed "an rm in the folder itself" rm a)
rig fault remove "$mnt" stuck
wait "$first" || fail "exit $? of rm"
lists "a old" "snapshots when one was deleted"
for how in 'error=EIO' 'delay=500ms'; do
	rig fault add "$mnt" "snapshot.delete $how name=stuck" >/dev/null
	touch "$mnt/snapshots/b"
	if [ "$how" = error=EIO ]; then
		refused 1 "Input/output error" rm "$mnt/snapshots/b"
		rig fault clear "$mnt" >/dev/null
	fi
	rm "$mnt/snapshots/b" || fail "rm, $how"
	rig fault clear "$mnt" >/dev/null
done

# So it is with the commands of the rig itself.
rig snapshot create "$mnt" b >/dev/null
for point in snapshot.create snapshot.commit control.command; do
	rig fault add "$mnt" "$point hang name=stuck" >/dev/null
	killed "a snapshot create at $point" "$SNAPRIG" snapshot create "$mnt" c
	rig fault remove "$mnt" stuck
	lists "a b old" "snapshots after a command was killed at $point"
done
rig writers add "$mnt" 'simulated name=slow freeze=1h' >/dev/null
killed "a snapshot create whose writers freeze" "$SNAPRIG" snapshot create "$mnt" c
wait_until 20 rig writers remove "$mnt" slow >/dev/null || fail "the writer is not well again"
lists "a b old" "snapshots after a command was killed whose writers froze"
for point in snapshot.delete control.command; do
	rig fault add "$mnt" "$point hang name=stuck" >/dev/null
	killed "a snapshot delete at $point" "$SNAPRIG" snapshot delete "$mnt" b
	rig fault remove "$mnt" stuck
	lists "a b old" "snapshots after a command was killed at $point"
done
rig snapshot delete "$mnt" b
rig snapshot create "$mnt" c >/dev/null
rm "$mnt/snapshots/c"
lists "a old" "snapshots after commands that nobody killed"

# Readers and writers, at whatever holds them up.
for point in snapshot.open snapshot.read; do
	rig fault add "$mnt" "$point hang name=stuck" >/dev/null
	killed "a cat at $point" cat "$mnt/snapshots/a"
	rig fault remove "$mnt" stuck
done
for point in live.read origin.read; do
	rig fault add "$mnt" "$point hang name=stuck" >/dev/null
	killed "a dd at $point" dd if="$mnt/live" of=/dev/null bs=4k count=1 status=none
	rig fault remove "$mnt" stuck
done
write_at 0 8192 "$mnt/live"
was=$(digest "$mnt/live")
rig fault add "$mnt" "live.write hang name=stuck" >/dev/null
killed "a dd at live.write" dd if=/dev/zero of="$mnt/live" bs=4k count=1 conv=notrunc status=none
rig fault remove "$mnt" stuck
same "$was" "$(digest "$mnt/live")" "content after a write was killed that had not begun"
block=100
for point in cow.store store.append origin.write; do
	rig fault add "$mnt" "$point hang name=stuck" >/dev/null
	block=$((block + 1))
	killed "a dd at $point" dd if=/dev/zero of="$mnt/live" bs=4k seek=$block count=1 \
		conv=notrunc status=none
	rig fault remove "$mnt" stuck
done

# A signal that is handled is no reason to give up.
rig fault add "$mnt" 'snapshot.read hang name=stuck times=1' >/dev/null
sh -c 'trap : USR1; dd if="$1" of=/dev/null bs=4k count=1 status=none' sh "$mnt/snapshots/a" &
first=$!
wait_until 10 hangs || fail "nobody hangs"
reader=$(pgrep -P "$first" -x dd || echo "$first")
kill -CONT "$reader"
kill -WINCH "$reader"
sleep 0.3
is_dead "$reader" && fail "a reader gave up for a signal that ends nobody"
rig fault clear "$mnt" >/dev/null
wait "$first" || fail "exit $? of a reader that had a signal"

# It is all as it was: what was killed has left nothing, and the volume ends in order.
lists "a old" "snapshots in the end"
digest "$mnt/snapshots/a" >/dev/null
umount_volume
