#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each adapter's tool, where it is here, under failures that it was once tried with by hand: the
# verdict that it is known for.  A full SR fails who writes, and a deletion under the reader is
# refused, so no reader may meet either; nor a read that takes three seconds.
. "${0%/*}/../lib/e2e.sh"
requires mke2fs jq
. "$e2e_root/tests/lib/e2e_run.sh"
. "$e2e_root/tests/lib/e2e_clients.sh"
. "$e2e_root/tests/lib/e2e_cells.sh"

failures="xen delay memory hang vss deleted"
meets_cells "$failures" 7 10 <<-END
	dd             i i d h d i
	dd-gzip        i i s h s i
	cp             i i d h . i
	tar            i i . h . i
	rsync          i i . h . i
	restic         i i m h . i
	restic-stdin   i i . h . i
	borg           i i m . m i
	partclone      i i d . . i
	partclone-dd   i i . . . i
	qemu-img       i i m . . i
	nbdcopy        . i m . m i
	e2image        . i . . . i
	ddrescue       . i . . . i
	casync         i i d . . i
	tar-tree       i i d . d i
	rsync-tree     i i d . d i
	restic-tree    . . m . . i
	borg-tree      . i m . . i
	fsarchiver     . . d . . .
END

if content_ntfs; then
	meets_cells "$failures" 8 10 <<-END
		ntfsclone      i i . . . i
	END
fi

# Of its 320 MiB a client reads the 9 that are in use.
if [ "$(id -u)" = 0 ] && content_xfs; then
	moment='read.progress>=1%'
	meets_cells "$failures" <<-END
		xfs_copy       . i . . . i
		xfsdump        . . s . . .
	END
fi
