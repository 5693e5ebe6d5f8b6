#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Whatever users of a mount do again and again, the log of its rig does not grow with it.
. "${0%/*}/../lib/e2e.sh"

requires python3
mount_volume 1MiB
log=$image.snaprig/rig.log
touch "$mnt/snapshots/s0"
python3 - "$mnt/live" <<'END'
import os, sys
file = os.open(sys.argv[1], os.O_RDWR)
for round in range(5000):
    try:
        os.ftruncate(file, 2 << 20)
    except OSError:
        pass
END
[ "$(stat -c %s "$log")" -le 65536 ] || fail "the log has $(stat -c %s "$log") bytes"
umount_volume
grep -q "the same, [0-9]* more" "$log" || fail "nothing was counted: $(cat "$log")"
