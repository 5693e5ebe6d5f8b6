#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# dattobd allocates its COW file when a snapshot is taken: a disk without room for
# the whole limit refuses the snapshot, with the driver's lines, and a disk that
# fills up later costs it nothing.
. "${0%/*}/../lib/e2e.sh"

requires_root
mkdir small
mount -t tmpfs -o size=3m,mode=755 none small

mount_volume 64MiB --profile datto --store "$work/small/state"
write_at 0 $((8 << 20)) "$mnt/live"
refused 4 "not enough space for its whole limit" rig snapshot create "$mnt" s0
same "" "$(names_of "$mnt/snapshots")" "snapshots after a refusal"
grep -o 'datto: .*' "$mnt/.snaprig/kernel.log" >said
cat >expected <<EOF
datto: error performing fallocate on file '/.datto': -28
datto: error during cow manager initialization: -28
datto: error setting up cow manager: -28
datto: error setting up tracer as active snapshot: -28
datto: error during setup ioctl handler: -28
EOF
diff -u expected said || fail "what the driver logs"

rig snapshot create "$mnt" s1 --limit 2MiB
before=$(digest "$mnt/live")
dd if=/dev/zero of=small/fill bs=4k 2>/dev/null || :
write_at 0 $((256 << 10)) "$mnt/live"
same active "$(status '.snapshots[0].state')" "state on a disk that is full"
same "$before" "$(digest "$mnt/snapshots/s1")" "the snapshot on a disk that is full"
