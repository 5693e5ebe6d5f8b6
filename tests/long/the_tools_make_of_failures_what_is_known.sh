#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each adapter's tool, where it is here, under each failure: the verdict that it is known for.
# Nobody can know of zeros and of a snapshot that has become stale.
. "${0%/*}/../lib/e2e.sh"
requires mke2fs
. "$e2e_root/tests/lib/e2e_run.sh"
. "$e2e_root/tests/lib/e2e_clients.sh"
. "$e2e_root/tests/lib/e2e_cells.sh"

failures="short zero killed removed lvm datto elastio"
verdicts()
{
	cat <<-END
		dd             i s d d d d s
		dd-gzip        i s s s s s s
		cp             i s d d d d s
		tar            m s m m m m s
		rsync          i s d d d d s
		cat-zstd       i s s s s s s
		nbdcopy        i s m m m m s
		qemu-img       i s m m m m s
		partclone      i s d d d d s
		partclone-dd   i s d d d d s
		e2image        i s s s s s s
		ddrescue       i s d s s s s
		casync         d s d d d d s
		restic         i s d m m m s
		restic-stdin   i s s s s s s
		borg           i s d m m m s
		borg-stdin     i s d d d d s
		cp-tree        i s d d d d s
		tar-tree       i s d d d d s
		rsync-tree     i s d d d d s
		rsnapshot      i s m m m m s
		fsarchiver     i s d d d d s
		duplicity      i s s s s s s
		restic-tree    i s m m m m s
		borg-tree      i s m m m m s
	END
}

# Each adapter has a row, but for those of other file systems, and ours.
for adapter in "$SNAPRIG_SHARE"/clients/*.yaml; do
	! grep -q -E '^gives: (lvm|xapi)' "$adapter" || continue
	adapter=$(basename "$adapter" .yaml)
	case $adapter in
	reference* | ntfsclone | xfsdump | xfs_copy) continue ;;
	esac
	verdicts | grep -q "^$adapter " || fail "client '$adapter' has no row"
done

verdicts | meets_cells "$failures"
