#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Every action at every point, as an ordinary program meets it through the mount:
# what it is told, what the volume and its snapshot hold then, and what the next
# mount finds.  Where an action makes no sense it is refused with the reason.
#
# The lists are the program's own: a kind, a point or an action without a row fails.
# ROW='live.read tear' runs only the rows and refusals that begin so.  Else each third row
# runs, from one on that SEED names; ROWS=all runs all (long/every_action_at_every_point).
. "${0%/*}/../lib/e2e.sh"

requires jq socat
. "$e2e_root/tests/lib/e2e_points.sh"
. "$e2e_root/tests/lib/e2e_refusals.sh"

# POINT ACTION FIRED TOLD THEN [NEXT]
#
# How often it fires, or - when nobody is left to ask; what the program is told;
# what live view and snapshot hold then (live/s0/s1, and +1 for a node that can be
# merged); and what the next mount finds when that is something else.
#
# A short write is written on by the program, again and again; and a flush that is
# dropped is nothing that anybody could see while the machine is up.  A write that
# goes astray below the mount spoils the snapshot as well: nobody preserved what it hit.
# A store that one mount has misread is believed by no other.
reads()
{
	cat <<-END
	live.read error=EIO 1 EIO now/old
	live.read delay=100ms 1 now now/old
	live.read hang 1 now now/old
	live.read short=512 1 now:512 now/old
	live.read zero 1 zeros now/old
	live.read flip=1 1 now^ now/old
	live.read misdirect=64KiB 1 further now/old
	live.read crash - dead dead now/old

	snapshot.read error=EACCES 1 EACCES now/old
	snapshot.read delay=100ms 1 old now/old
	snapshot.read hang 1 old now/old
	snapshot.read short=512 1 old:512 now/old
	snapshot.read zero 1 zeros now/old
	snapshot.read stale 1 now now/old
	snapshot.read flip=1 1 old^ now/old
	snapshot.read misdirect=64KiB 1 further now/old
	snapshot.read fail-snapshot 1 EIO now/invalid:ENOSPC
	snapshot.read crash - dead dead now/old

	cow.read-old error=EIO 1 ok now+new/invalid:EIO
	cow.read-old delay=100ms 1 ok now+new/old
	cow.read-old hang 1 ok now+new/old
	cow.read-old zero 1 ok now+new/old+zeros
	cow.read-old flip=1 1 ok now+new/old^
	cow.read-old misdirect=64KiB 1 ok now+new/old+misread
	cow.read-old crash - dead dead now/old

	origin.read error=EIO 1 EIO now/old
	origin.read delay=100ms 1 now now/old
	origin.read hang 1 now now/old
	origin.read zero 1 zeros now/old
	origin.read flip=1 1 now^ now/old
	origin.read misdirect=64KiB 1 further now/old
	origin.read crash - dead dead now/old

	store.recover error=EIO - EIO unmounted now/old
	store.recover zero 1 ok now/invalid:EUCLEAN
	store.recover flip=1 4 ok now/invalid:EUCLEAN
	store.recover misdirect=64KiB 1 ok now/invalid:EUCLEAN
	store.recover crash - killed unmounted now/old
	END
}

writes()
{
	cat <<-END
	live.write error=ENOSPC 1 ENOSPC now/old
	live.write delay=100ms 1 ok now+new/old
	live.write hang 1 ok now+new/old
	live.write short=512 15 ok now+new/old
	live.write flip=1 1 ok now+new^/old
	live.write tear=512 1 ok now+new:512/old
	live.write drop 1 ok now/old
	live.write misdirect=64KiB 1 ok now+new-further/old
	live.write crash - dead dead now/old

	snapshot.write error=EIO 1 EIO now/old
	snapshot.write delay=100ms 1 ok now/old+new
	snapshot.write hang 1 ok now/old+new
	snapshot.write short=512 15 ok now/old+new
	snapshot.write flip=1 1 ok now/old+new^
	snapshot.write tear=512 1 ok now/old+new:512
	snapshot.write drop 1 ok now/old
	snapshot.write misdirect=64KiB 1 ok now/old+new-further
	snapshot.write fail-snapshot 1 EIO now/invalid:ENOSPC
	snapshot.write crash - dead dead now/old

	origin.write error=EIO 1 EIO now/old
	origin.write delay=100ms 1 ok now+new/old
	origin.write hang 1 ok now+new/old
	origin.write flip=1 1 ok now+new^/old
	origin.write tear=4096 1 ok now+new:4096/old
	origin.write drop 1 ok now/old
	origin.write misdirect=64KiB 1 ok now+new-further/old+new-further
	origin.write crash - dead dead now/old
	END
}

flushes_and_appends()
{
	cat <<-END
	live.flush error=EIO 1 EIO now+new/old
	live.flush delay=100ms 1 ok now+new/old
	live.flush hang 1 ok now+new/old
	live.flush drop 1 ok now+new/old
	live.flush crash - dead dead now+new/old

	store.flush error=EIO 1 ok now+new/invalid:EIO
	store.flush delay=100ms 1 ok now+new/old
	store.flush hang 1 ok now+new/old
	store.flush drop 1 ok now+new/old
	store.flush crash - dead dead now/old

	cow.store error=ENOSPC 1 ok now+new/invalid:ENOSPC
	cow.store delay=100ms 1 ok now+new/old
	cow.store hang 1 ok now+new/old
	cow.store drop 1 ok now+new/old+new
	cow.store fail-snapshot 1 ok now+new/invalid:ENOSPC
	cow.store crash - dead dead now/old

	store.append error=EIO 1 ok now+new/invalid:EIO
	store.append delay=100ms 1 ok now+new/old
	store.append hang 1 ok now+new/old
	store.append flip=1 1 ok now+new/old now+new/invalid:EUCLEAN
	store.append tear=4096 1 ok now+new/unreadable now+new/invalid:EUCLEAN
	store.append drop 1 ok now+new/unreadable now+new/invalid:EUCLEAN
	store.append misdirect=64KiB 1 ok now+new/unreadable now+new/invalid:EUCLEAN
	store.append crash - dead dead now/old
	END
}

moments()
{
	cat <<-END
	snapshot.create error=ENOSPC 1 ENOSPC now/old
	snapshot.create delay=100ms 1 ok now/old/now
	snapshot.create hang 1 ok now/old/now
	snapshot.create crash - dead dead now/old

	snapshot.commit error=ENOSPC 1 ENOSPC now/old
	snapshot.commit delay=100ms 1 ok now/old/now
	snapshot.commit hang 1 ok now/old/now
	snapshot.commit crash - dead dead now/old

	snapshot.open error=EACCES 1 EACCES now/old
	snapshot.open delay=100ms 1 ok now/old
	snapshot.open hang 1 ok now/old
	snapshot.open fail-snapshot 1 EIO now/invalid:ENOSPC
	snapshot.open crash - dead dead now/old

	snapshot.delete error=EBUSY 1 EBUSY now/old
	snapshot.delete delay=100ms 1 ok now
	snapshot.delete hang 1 ok now
	snapshot.delete crash - dead dead now/old

	cow.after-store error=EIO 1 EIO now/old
	cow.after-store delay=100ms 1 ok now+new/old
	cow.after-store hang 1 ok now+new/old
	cow.after-store crash - dead dead now/old

	chain.snapshot error=EMLINK 1 EMLINK now/old
	chain.snapshot delay=100ms 1 ok now/old/now
	chain.snapshot hang 1 ok now/old/now
	chain.snapshot crash - dead dead now/old

	coalesce.start error=EIO 1 EIO now+new/old+1
	coalesce.start delay=100ms 1 ok now+new/old
	coalesce.start hang 1 ok now+new/old
	coalesce.start crash - dead dead now+new/old+1

	coalesce.copy error=EIO 1 EIO now+new/old+1
	coalesce.copy delay=100ms 1 ok now+new/old
	coalesce.copy hang 1 ok now+new/old
	coalesce.copy crash - dead dead now+new/old+1

	coalesce.relink error=EIO 1 EIO now+new/old+1
	coalesce.relink delay=100ms 1 ok now+new/old
	coalesce.relink hang 1 ok now+new/old
	coalesce.relink crash - dead dead now+new/old+1

	control.command error=EIO 1 struck now/old
	control.command delay=100ms 1 ok now/old
	control.command hang 1 ok now/old
	control.command crash - dead dead now/old
	END
}

# What is told: of data and holes (all of s0 is data), and of blocks that changed.
tells()
{
	cat <<-END
	live.discard error=EIO 1 EIO now/old
	live.discard delay=100ms 1 ok now+zeros/old
	live.discard hang 1 ok now+zeros/old
	live.discard drop 1 ok now/old
	live.discard fail-snapshot 1 ok now+zeros/invalid:ENOSPC
	live.discard crash - dead dead now/old

	snapshot.seek error=EIO 1 EIO now/old
	snapshot.seek delay=100ms 1 all-data now/old
	snapshot.seek hang 1 all-data now/old
	snapshot.seek hole 1 none now/old
	snapshot.seek data 1 all-data now/old
	snapshot.seek fail-snapshot 1 all-data now/invalid:ENOSPC
	snapshot.seek crash - dead dead now/old

	changed.read error=EIO 1 EIO now/old
	changed.read delay=100ms 1 changed now/old
	changed.read hang 1 changed now/old
	changed.read lost 1 none now/old
	changed.read missing=16 1 none now/old
	changed.read added=240 1 changed+all now/old
	changed.read fail-snapshot 1 failed now/invalid:ENOSPC
	changed.read crash - dead dead now/old
	END
}

# What is lost on the way to a writer looks like success, but for a Freeze: the
# Thaw that follows finds nobody frozen.
events()
{
	cat <<-END
	writer.identify error=0x800423f2 1 ETIMEDOUT now/old
	writer.identify delay=100ms 1 ok now/old/now
	writer.identify hang 1 ok now/old/now
	writer.identify drop 1 ok now/old/now
	writer.identify crash - dead dead now/old

	writer.prepare-backup error=0x800423f2 1 ETIMEDOUT now/old
	writer.prepare-backup delay=100ms 1 ok now/old/now
	writer.prepare-backup hang 1 ok now/old/now
	writer.prepare-backup drop 1 ok now/old/now
	writer.prepare-backup crash - dead dead now/old

	writer.prepare-snapshot error=0x800423f2 1 ETIMEDOUT now/old
	writer.prepare-snapshot delay=100ms 1 ok now/old/now
	writer.prepare-snapshot hang 1 ok now/old/now
	writer.prepare-snapshot drop 1 ok now/old/now
	writer.prepare-snapshot crash - dead dead now/old

	writer.freeze error=0x800423f2 1 ETIMEDOUT now/old
	writer.freeze delay=100ms 1 ok now/old/now
	writer.freeze hang 1 ok now/old/now
	writer.freeze drop 1 ETIMEDOUT now/old
	writer.freeze crash - dead dead now/old

	writer.thaw error=0x800423f2 1 ETIMEDOUT now/old
	writer.thaw delay=100ms 1 ok now/old/now
	writer.thaw hang 1 ok now/old/now
	writer.thaw drop 1 ok now/old/now
	writer.thaw crash - dead dead now/old/now

	writer.post-snapshot error=0x800423f2 1 ETIMEDOUT now/old
	writer.post-snapshot delay=100ms 1 ok now/old/now
	writer.post-snapshot hang 1 ok now/old/now
	writer.post-snapshot drop 1 ok now/old/now
	writer.post-snapshot crash - dead dead now/old/now

	writer.backup-complete error=0x800423f2 1 ETIMEDOUT now/old
	writer.backup-complete delay=100ms 1 ok now/old
	writer.backup-complete hang 1 ok now/old
	writer.backup-complete drop 1 ok now/old
	writer.backup-complete crash - dead dead now/old

	writer.pre-restore error=0x800423f2 1 ETIMEDOUT now/old
	writer.pre-restore delay=100ms 1 ok now/old
	writer.pre-restore hang 1 ok now/old
	writer.pre-restore drop 1 ok now/old
	writer.pre-restore crash - dead dead now/old

	writer.post-restore error=0x800423f2 1 ETIMEDOUT now/old
	writer.post-restore delay=100ms 1 ok now/old
	writer.post-restore hang 1 ok now/old
	writer.post-restore drop 1 ok now/old
	writer.post-restore crash - dead dead now/old

	writer.backup-shutdown error=0x800423f2 1 ETIMEDOUT now/old
	writer.backup-shutdown delay=100ms 1 ok now/old
	writer.backup-shutdown hang 1 ok now/old
	writer.backup-shutdown drop 1 ok now/old
	writer.backup-shutdown crash - dead dead now/old
	END
}

# What a door is told, and then does.
doors()
{
	cat <<-END
	dm.ioctl error=EBUSY 1 EBUSY now/old
	dm.ioctl delay=100ms 1 ok now/old
	dm.ioctl hang 1 ok now/old
	dm.ioctl crash - dead dead now/old

	dm.udev error=EIO 1 EIO now/old
	dm.udev delay=100ms 1 ok now/old
	dm.udev hang 1 ok now/old
	dm.udev drop 1 none now/old
	dm.udev crash - dead dead now/old

	xapi.call error=EIO 1 EIO now/old
	xapi.call delay=100ms 1 ok now/old
	xapi.call hang 1 ok now/old
	xapi.call reply=SR_BACKEND_FAILURE_44 1 SR_BACKEND_FAILURE_44 now/old
	xapi.call crash - dead dead now/old

	xapi.export error=EIO 1 EIO now/old
	xapi.export delay=100ms 1 ok now/old
	xapi.export hang 1 ok now/old
	xapi.export reply=cut 1 cut now/old
	xapi.export crash - dead dead now/old

	xapi.import error=EIO 1 EIO now/old
	xapi.import delay=100ms 1 ok now/old
	xapi.import hang 1 ok now/old
	xapi.import reply=no-answer 1 no-answer now/old
	xapi.import crash - dead dead now/old

	xapi.event error=EIO 1 EIO now/old
	xapi.event delay=100ms 1 ok now/old
	xapi.event hang 1 ok now/old
	xapi.event drop 1 none now/old
	xapi.event reply=EVENTS_LOST 1 EVENTS_LOST now/old
	xapi.event crash - dead dead now/old
	END
}

# is_wanted ROW - whether it is one that shall run.
is_wanted()
{
	case $1 in
	"${ROW:-}"*) ;;
	*) return 1 ;;
	esac
}

# is_in_turn NUMBER - whether the row of that number is.
is_in_turn()
{
	[ -n "${ROW:-}" ] || [ "${ROWS:-}" = all ] || [ $((($1 + SEED) % 3)) = 0 ]
}

rig list points --json >said
rig fault add --help | sed -n '/^actions:/,/^$/{s/ (.*//; s/reply=WORD/reply=reset/; p}' |
	tail -n +2 | xargs -n 1 >actions
{ reads && writes && flushes_and_appends && moments && tells && events && doors; } |
	sed '/^$/d' >table
same 18 "$(wc -l <actions)" "actions that the help names"
jq -r '.points[] | "\(.name) \(.kind) \(.actions | join(" "))"' said >kinds
[ -s kinds ] || fail "there are no points"

# ---- nothing lacks a row, and what has none is refused ----

rig create "$image" --size 1MiB
rig mount "$image" "$mnt"
refused 2 "unknown key 'bogus' at column 11" rig fault add "$mnt" 'live.read bogus'
refusals=0
while read -r point kind sensible; do
	row=$point
	case $kind in
	read | write | flush | append | moment | event | clear | seek | map) ;;
	*) problem "kind '$kind' has no row" && continue ;;
	esac
	while read -r action; do
		row="$point ${action%%=*}"
		is_wanted "$row" || continue
		case " $sensible " in
		*" ${action%%=*} "*)
			grep -qE "^${row}[= ]" table || problem "has no row"
			;;
		*)
			is_refused "$point" "$kind" "$action"
			refusals=$((refusals + 1))
			;;
		esac
	done <actions
done <kinds
same 0 "$(rig fault list "$mnt" --json | jq '.faults | length')" "refused faults that are there"
umount_volume

# ---- what has one does as it says ----

checked=0 number=0 rows=$(wc -l <table)
while read -r point action fired told after next && ! budget_is_over "$number" "$rows" rows; do
	number=$((number + 1))
	is_wanted "$point $action" && is_in_turn "$number" || continue
	check_row "$point" "$action" "$fired" "$told" "$after" "$next" </dev/null
	checked=$((checked + 1))
done <table
echo "$checked of $number rows, $refusals refusals"
[ "$failures" = 0 ] || exit 1
