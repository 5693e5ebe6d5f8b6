#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A short read is short, at any offset; zeros are all that was asked for; stale
# bytes are the live ones; an error is one for dd, for tar and for who maps the
# file, whatever was cached before; in a range it is a bad sector, up to which
# a read is read.
. "${0%/*}/../lib/e2e.sh"

requires jq
mount_volume 8MiB
random_bytes 1 8388608 >old
cp old new
dd if=old of="$mnt/live" bs=1M conv=notrunc status=none
touch "$mnt/snapshots/s0"
write_at 0 2097152 "$mnt/live" 2
write_at 0 2097152 new 2
s0=$mnt/snapshots/s0

# bytes_at OFFSET COUNT FILE - in one read.
bytes_at()
{
	dd if="$3" bs="$2" count=1 iflag=skip_bytes skip="$1" status=none
}

# fault RULE - in place of those before.
fault()
{
	rig fault clear "$mnt"
	rig fault add "$mnt" "$1" >/dev/null
}

fault 'snapshot.read short=512'
bytes_at 1001 3000 "$s0" >found
bytes_at 1001 512 old >wanted
cmp wanted found || fail "a short read at an unaligned offset"
fault 'snapshot.read short=0 offset=1MiB..'
same 1048576 "$(dd if="$s0" bs=64k status=none | wc -c)" "bytes up to a read of nothing"
fault 'live.read short=7 times=1'
bytes_at 5 100 "$mnt/live" >found
same 7 "$(wc -c <found)" "bytes of a short read of the live view"

fault 'snapshot.read zero'
bytes_at 1001 3000 "$s0" >found
head -c 3000 /dev/zero | cmp - found || fail "zeros"
fault 'snapshot.read stale'
bytes_at 1001 3000 "$s0" >found
bytes_at 1001 3000 new | cmp - found || fail "stale bytes are not the live ones"
fault 'snapshot.read flip=1 times=1'
bytes_at 1001 3000 "$s0" >found
bytes_at 1001 3000 old >wanted
same 1 "$(cmp -l wanted found | wc -l)" "bytes that differ by a flipped bit"
fault 'snapshot.read misdirect=64KiB times=1'
bytes_at 4096 4096 "$s0" >found
bytes_at 69632 4096 old | cmp - found || fail "a misdirected read"

fault 'snapshot.read error=EIO offset=4MiB..'
refused 1 'Input/output error' dd if="$s0" of=out bs=1M
same 4194304 "$(wc -c <out)" "bytes before the error"

# Byte 3000001 lies in the sector from 2999808 to 3000320.
fault 'snapshot.read error=EIO offset=3000001..3000002'
refused 1 'Input/output error' dd if="$s0" of=out bs=1M
part() { tail -c +"$(($2 + 1))" "$1" | head -c "$3"; }
head -c 2999808 old | cmp - out || fail "what was read is not what lies before the sector"
refused 1 'Input/output error' bytes_at 2999808 1 "$s0"
refused 1 'Input/output error' bytes_at 3000319 100 "$s0"
bytes_at 3000320 1000000 "$s0" >found
part old 3000320 1000000 | cmp - found || fail "what lies behind the sector"
bytes_at 2999000 4096 "$s0" >found
part old 2999000 808 | cmp - found || fail "a read that comes to the sector"
same 3 "$(status '.faults[0].fired')" "hits of the sector"
same 4 "$(status .counters.snapshot_read_errors)" "errors that were counted, the first one too"
fault 'snapshot.read error=EIO offset=3000001..3000002 whole'
refused 1 'Input/output error' dd if="$s0" of=out bs=1M
same 2097152 "$(wc -c <out)" "bytes before a read that fails as one"

# Longer than what the kernel asks for at once.
fault 'snapshot.read error=EIO offset=3000001..3000002 times=1'
refused 1 'Input/output error' dd if="$s0" of=out bs=4M
same 2999808 "$(wc -c <out)" "bytes before the sector of long reads"

# tar takes a short read for the end of a file that shrank, as it would on a real
# device, where a bad sector makes one; and an error for one.
if command -v tar >/dev/null; then
	fault 'snapshot.read short=512 offset=4MiB.. times=1'
	# Since tar 1.35 it reads on behind one that comes once.
	if tar -C "$mnt/snapshots" -cf out.tar s0 2>said; then
		tar -xOf out.tar s0 | cmp - old || fail "tar has read on, and has something else"
	else
		grep -q 'File shrank' said || fail "tar says: $(cat said)"
	fi
	fault 'snapshot.read short=0 offset=4MiB..'
	refused 1 'File shrank' tar -C "$mnt/snapshots" -cf out.tar s0
	fault 'snapshot.read error=EIO offset=4MiB..'
	refused 1 'File shrank' tar -C "$mnt/snapshots" -cf out.tar s0
	fault 'snapshot.read error=EIO offset=4MiB.. whole'
	refused '1|2' 'Input/output error|Read error' tar -C "$mnt/snapshots" -cf out.tar s0
fi

# Mapped: first it can be read and is cached, then it cannot.
rig fault clear "$mnt"
e2e_status=0
"$E2E_TOOLS/mapped" "$s0" 5000000 >found || e2e_status=$?
if [ "$e2e_status" = 0 ]; then
	same "$(od -An -tu1 -j5000000 -N1 old | tr -d ' ')" "$(cat found)" "a mapped byte"
	# Of pages that are filled the one with the sector fails, and no other.
	fault 'snapshot.read error=EIO offset=3000001..3000002'
	for at in 2998271 3002368 8388607; do
		"$E2E_TOOLS/mapped" "$s0" $at >found || fail "exit $? of one who maps byte $at"
		same "$(od -An -tu1 -j$at -N1 old | tr -d ' ')" "$(cat found)" "byte $at, mapped"
	done
	for at in 2998272 3000000 3002367; do
		e2e_status=0
		"$E2E_TOOLS/mapped" "$s0" $at || e2e_status=$?
		same 4 "$e2e_status" "exit of one who maps byte $at, in a bad page (SIGBUS)"
	done
	same 8388608 "$(stat -c %s "$s0")" "size of the snapshot"
	fault 'snapshot.read error=EIO'
	e2e_status=0
	"$E2E_TOOLS/mapped" "$s0" 6000000 || e2e_status=$?
	same 4 "$e2e_status" "exit of one who maps what cannot be read (SIGBUS)"
	fault 'snapshot.read fail-snapshot'
	e2e_status=0
	"$E2E_TOOLS/mapped" "$s0" 6000000 || e2e_status=$?
	same 4 "$e2e_status" "exit of one who maps a snapshot that fails"
	e2e_status=0
	"$E2E_TOOLS/mapped" "$s0" 5000000 || e2e_status=$?
	same 4 "$e2e_status" "exit of one who maps what was cached before it failed"
	same failed "$(status '.snapshots[0].state')" "state of the snapshot"
else
	same 3 "$e2e_status" "exit of one who maps where the kernel cannot"
fi
cmp "$mnt/live" new || fail "the live view has changed"
umount_volume
