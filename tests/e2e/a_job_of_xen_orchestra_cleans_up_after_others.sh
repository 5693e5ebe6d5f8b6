#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a job that was killed has left - its snapshot, the file that it was writing, its lock,
# a log that says that it goes on - is put right by the next one; and of the good backups of
# the job the latest are kept, the oldest going only when there is a new one.
. "${0%/*}/../lib/e2e.sh"

requires jq
folder=remote/vm

# job EXIT NAME [OPTION...]
job()
{
	e2e_wanted=$1 job_name=$2 e2e_status=0
	shift 2
	rig backup --like xo --bypass-chain-check --lock-stale 3s "$@" \
		"$mnt/snapshots/$job_name" "$folder/$job_name" >said || e2e_status=$?
	cat said
	same "$e2e_wanted" "$e2e_status" "exit code of $job_name"
}
is_reading()
{
	[ "$(status '.faults[-1].fired')" -ge 1 ]
}
backups_are()
{
	same "$1" "$(cd $folder && find . -name '*.manifest' | sed 's,./,,; s,.manifest,,' | sort |
		paste -sd' ')" "backups"
	for backup in $1; do
		rm -f restored
		rig restore "$folder/$backup" restored
		[ -e "$folder/$backup.log.json" ] || fail "the log of $backup is gone"
	done
}

mount_volume 16MiB --profile xen --time-scale 100
rig fault add "$mnt" 'snapshot.read hang offset=8MiB..'
"$SNAPRIG" backup --like xo --lock-stale 3s --http-timeout 3h "$mnt/snapshots/killed" \
	$folder/killed &
client=$!
wait_until 20 is_reading
# The files, the lock of the job and that of the folder are there, and are taken by nobody else.
same 2 "$(find $folder -name 'killed*.partial' | wc -l)" "temporary files"
job 1 early
grep -q "is already running" said || fail "it does not run already"
# The lock is renewed in time.
sleep 4
job 1 early --job other
grep -qF "Lock file is already being held" said || fail "the folder is not locked"
kill -9 "$client"
wait "$client" || true
same killed "$(ls "$mnt/snapshots")" "the snapshot that was left"
same pending "$(jq -r .status $folder/killed.log.json)" "status that was left"
rig fault clear "$mnt"

# Somebody's files are nobody's leftovers.
touch $folder/notes.partial $folder/.partial $folder/a.1x.partial $folder/1.partial
not_held()
{
	e2e_status=0
	rig backup --like xo --bypass-chain-check --lock-stale 3s \
		"$mnt/snapshots/next" $folder/next >said || e2e_status=$?
	[ "$e2e_status" = 0 ]
}
wait_until 20 not_held
cat said
grep -qxF "Warning: a temporary file of an interrupted run was deleted" said ||
	fail "tells of nothing that it deleted"
same "" "$(ls "$mnt/snapshots")" "snapshots left"
same ".partial 1.partial a.1x.partial notes.partial" \
	"$(cd $folder && find . -name '*.partial' | sed 's,./,,' | LC_ALL=C sort | paste -sd' ')" \
	"temporary files"
same interrupted "$(jq -r .status $folder/killed.log.json)" "status of the one that was killed"
same interrupted "$(jq -r '.tasks[0].status' $folder/killed.log.json)" "status of its VM"
same "" "$(find remote -name '*.lock' -o -name '*.job' -o -name 'xo-backup-temp*')" "left"
backups_are next
rm $folder/*.partial $folder/.partial

# Two are kept, of this job.
job 0 of-another --job other
job 0 second --keep 2
backups_are "next of-another second"
job 0 third --keep 2
backups_are "of-another second third"

# One that fails costs none of them.
rig fault add "$mnt" 'snapshot.read error=EIO offset=8MiB.. times=10'
job 1 fourth --keep 1
backups_are "of-another second third"
rig fault clear "$mnt"
job 0 fifth --keep 1
backups_are "fifth of-another"
grep -q "Warning" said && fail "warns of something"

# Nothing takes the place of a backup that is there.
job 1 fifth
grep -qF "EEXIST: file exists, open '$folder/fifth'" said || fail "does not tell that it is there"
same success "$(jq -r .status $folder/fifth.log.json)" "status of the one that is there"
rm -f restored
rig restore $folder/fifth restored
umount_volume
