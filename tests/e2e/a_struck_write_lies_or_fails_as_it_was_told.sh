#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Writes that are short, torn, dropped or misdirected: what is said is one
# thing, what is in the volume another.
. "${0%/*}/../lib/e2e.sh"

requires jq
mount_volume 4MiB
random_bytes 1 65536 >bytes

# write_struck RULE OFFSET - writes `bytes` in one go; prints how many went.
write_struck()
{
	rig fault clear "$mnt"
	head -c 1048576 /dev/zero | dd of="$mnt/live" bs=64k conv=notrunc status=none
	rig fault add "$mnt" "$1" >/dev/null
	dd if=bytes of="$mnt/live" bs=65536 oflag=seek_bytes seek="$2" conv=notrunc 2>log ||
		echo "exit $?"
	sed -n 's/^\([0-9]*\) bytes.*/\1/p' log
	rig fault clear "$mnt"
}

# expect_live FIRST COUNT SKIP - that many bytes of `bytes` lie there, and zeros behind.
expect_live()
{
	dd if="$mnt/live" bs=64k iflag=skip_bytes,count_bytes skip="$1" count=65536 \
		status=none >found
	{ tail -c +"$(($3 + 1))" bytes | head -c "$2"; head -c 65536 /dev/zero; } |
		head -c 65536 | cmp - found || fail "the volume holds something else ($4)"
}

same 65536 "$(write_struck 'live.write tear=512' 4096)" "bytes that a torn write says"
expect_live 4096 512 0 torn
same 65536 "$(write_struck 'live.write drop' 4096)" "bytes that a dropped write says"
expect_live 4096 0 0 dropped
same 65536 "$(write_struck 'live.write misdirect=256KiB' 4096)" "bytes of a misdirected write"
expect_live 4096 0 0 misdirected
expect_live 266240 65536 0 misdirected
# dd writes on after a short write, with what is left.
same 65536 "$(write_struck 'live.write short=1000 times=1' 4097)" "bytes after a short write"
expect_live 4097 65536 0 short
case $(write_struck 'live.write error=ENOSPC' 0) in
'exit 1'*) grep -q 'No space left' log || fail "dd does not say ENOSPC" ;;
*) fail "a write that fails is none for dd" ;;
esac
expect_live 0 0 0 failed

# A flush, and a snapshot that cannot be taken.
rig fault add "$mnt" 'live.flush error=EIO times=1' >/dev/null
refused 1 'Input/output error' dd if=bytes of="$mnt/live" bs=64k conv=notrunc,fsync status=none
rig fault add "$mnt" 'snapshot.create error=ENOSPC times=1' >/dev/null
refused 1 'No space left' touch "$mnt/snapshots/s0"
touch "$mnt/snapshots/s0"
rig fault add "$mnt" 'snapshot.open error=EACCES times=1' >/dev/null
refused 1 'Permission denied' cat "$mnt/snapshots/s0"
cat "$mnt/snapshots/s0" >/dev/null
rig fault add "$mnt" 'snapshot.delete error=EBUSY times=1' >/dev/null
refused 1 'busy' rm "$mnt/snapshots/s0"
rm "$mnt/snapshots/s0"
rig fault add "$mnt" 'control.command error=EIO times=1' >/dev/null
refused 4 "a fault struck 'status'" rig status "$mnt"
same 1 "$(status '[.faults[] | select(.point == "control.command")][0].fired')" "fired"
umount_volume
