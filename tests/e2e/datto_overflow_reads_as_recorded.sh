#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The COW file of a 128 MiB volume overflows as dattobd's did when it was
# recorded (tests/fixtures/dattobd): the same limit, the same six log lines with
# the same numbers, the same twin of /proc/datto-info.
. "${0%/*}/../lib/e2e.sh"

requires jq
recorded=$e2e_fixtures/dattobd/transcript.txt

# field NAME - of the twin of /proc/datto-info.
field()
{
	jq -r ".devices[0].$1" "$mnt/.snaprig/datto-info"
}

# Log lines, without the clock and the name of the COW file.
log_lines()
{
	grep -o 'datto: .*' "$1" | sed "s/cow file '[^']*'/cow file/"
}

mount_volume 128MiB --profile datto
same '{"version":"0.12.1","devices":[]}' "$(jq -c . "$mnt/.snaprig/datto-info")" "no device"
printf '{\n\t"version": "0.12.1",\n\t"devices": [\n\n\t]\n}\n' |
	cmp - "$mnt/.snaprig/datto-info" || fail "shape of datto-info without a device"

touch "$mnt/snapshots/s0"
same 13421772 "$(field cow_size_current)" cow_size_current
same 12582912 "$(field fallocate)" fallocate
same 314572800 "$(field max_cache)" max_cache
same 3 "$(field state)" state
same null "$(field error)" error
same 13421772 "$(status '.snapshots[0].store.limit_bytes')" limit_bytes
grep -o '^[[:space:]]*"[a-z_]*"' "$mnt/.snaprig/datto-info" >keys
# The first device that the transcript shows.
awk '/^### setup-default/ { on = 1 } on' "$recorded" | sed -n '/^{$/,/^}$/p;/^}$/q' |
	grep -o '^[[:space:]]*"[a-z_]*"' >recorded-keys
diff -u recorded-keys keys || fail "fields, order or indentation of datto-info"
refused 2 "one snapshot at a time" rig snapshot create "$mnt" s1

# Each of the driver's lines was recorded; a refused snapshot comes before the overflow.
# recorded_log AFTER FIRST LAST - of the transcript, from a line with FIRST behind
# the line AFTER to one with LAST.
recorded_log()
{
	awk -v after="$1" -v first="$2" -v last="$3" '$0 == after { near = 1 }
		near && index($0, first) { on = 1 }
		on && /^dmesg/ { print }
		on && index($0, last) { exit }' "$recorded"
}

# Five blocks, then megabytes: so the driver was driven.
before=$(digest "$mnt/snapshots/s0")
same "$(head -c $((128 << 20)) /dev/zero | digest)" "$before" "s0"
write_at 0 20480 "$mnt/live"
same 5 "$(field nr_changed_blocks)" nr_changed_blocks
random_bytes 2 $((16 << 20)) |
	dd of="$mnt/live" bs=1M seek=1 iflag=fullblock conv=notrunc status=none ||
	fail "the source write fails with the store"
same "$(random_bytes 2 $((16 << 20)) | digest)" \
	"$(dd if="$mnt/live" bs=1M skip=1 count=16 status=none | digest)" "live view"

{
	recorded_log '### setup-default' 'already being traced' 'during setup ioctl'
	recorded_log '### overflow' 'max size exceeded' 'in kernel thread'
} >recorded.log
log_lines recorded.log >expected
same 10 "$(wc -l <expected)" "recorded lines"
log_lines "$mnt/.snaprig/kernel.log" >actual
diff -u expected actual || fail "kernel.log is not what was recorded"

same 3213 "$(field nr_changed_blocks)" nr_changed_blocks
same -27 "$(field error)" error
same 3 "$(field state)" state
same failed "$(status '.snapshots[0].state')" "state of s0"
same EFBIG "$(status '.snapshots[0].error')" "error of s0"

refused 1 "Input/output error" dd if="$mnt/snapshots/s0" of=/dev/null bs=4k count=1
refused 1 "Input/output error" dd if="$mnt/snapshots/s0" of=/dev/null bs=1M skip=100 count=1

# Sticky, also for the next mount; only deleting it helps.
umount_volume
rig mount "$image" "$mnt" --profile datto
same failed "$(status '.snapshots[0].state')" "state after a new mount"
same EFBIG "$(status '.snapshots[0].error')" "error after a new mount"
same 3213 "$(field nr_changed_blocks)" "nr_changed_blocks after a new mount"
refused 1 "Input/output error" dd if="$mnt/snapshots/s0" of=/dev/null bs=4k count=1
rm "$mnt/snapshots/s0"
touch "$mnt/snapshots/s1"
same "$(digest "$mnt/live")" "$(digest "$mnt/snapshots/s1")" "a new snapshot"
