#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What the reference client like Xen Orchestra makes of each thing that can go wrong: the
# status, the words, the exit code; and that it leaves no backup that is not whole, and
# neither a snapshot nor a lock.
. "${0%/*}/../lib/e2e.sh"

requires jq
folder=remote/vm

tells()
{
	grep -qF -e "$1" said || fail "does not tell '$1'"
}

# job EXIT STATUS NAME [OPTION...] - a backup of that name; what it said is in `said`, the
# error of its VM in `wrong`.
job()
{
	e2e_wanted=$1 job_status=$2 job_name=$3 e2e_status=0
	shift 3
	rig backup --like xo --job nightly "$@" "$mnt/snapshots/$job_name" "$folder/$job_name" \
		>said 2>messages || e2e_status=$?
	cat said messages
	same "$e2e_wanted" "$e2e_status" "exit code of $job_name"
	same "$job_status" "$(jq -r .status "$folder/$job_name.log.json")" "status of $job_name"
	tells "Subject: [Xen Orchestra] $job_status − Backup report for nightly"
	wrong=$(jq -r '(.result // .tasks[0].result).message // ""' "$folder/$job_name.log.json")
	same "" "$(ls -A "$mnt/snapshots")" "snapshots left by $job_name"
	[ "$job_status" = success ] || same "" \
		"$(find remote -name "$job_name" -o -name "$job_name.manifest")" "published"
}
nothing_left()
{
	same "" "$(find remote -name '*.partial' -o -name '*.lock' -o -name '*.job' \
		-o -name 'xo-backup-temp*')" "left"
}
written=0
write_some()
{
	written=$((written + 1))
	write_at "$written"M 4096 "$mnt/live"
}

mount_volume 32MiB --profile xen --time-scale 100
# Nothing is merged, until it is let go.
rig fault add "$mnt" 'coalesce.start hang'

# Three backups go well; then two nodes are not merged, and the fourth is not run.
for number in 1 2 3; do
	write_some
	job 0 success "b$number"
	rig restore "$folder/b$number" "restored.$number"
	cmp "restored.$number" "$mnt/live" || fail "b$number is not what was there"
done
write_some
depth=$(status '.chain.depth')
job 75 skipped b4
tells "Skipped Reason: (unhealthy VDI chain) Job canceled to protect the VDI chain"
same "unhealthy VDI chain" "$wrong" "the error"
same null "$(jq '.tasks[0].result.code' $folder/b4.log.json)" "its code"
same '["clean-vm","snapshot"]' \
	"$(jq -c '[.tasks[0].tasks[].message]' $folder/b4.log.json)" "what was done"
same "$depth" "$(status '.chain.depth')" "depth behind a job that was skipped"

# It counts what is not merged and not how long the chain is; more may be allowed.
job 0 success b5 --max-uncoalesced 2
write_some
# To try again does not help: nothing was merged meanwhile.
job 75 skipped b6 --max-uncoalesced 2 --retries 1
same 2 "$(jq '[.tasks[0].tasks[] | select(.status == "skipped")] | length' $folder/b6.log.json)" \
	"tries of a job that was skipped"
job 0 success b7 --bypass-chain-check
job 0 success kept-in-json --bypass-chain-check
same '[["clean-vm","success"],["snapshot","success"],["export","success"]]' \
	"$(jq -c '[.tasks[0].tasks[] | [.message, .status]]' $folder/kept-in-json.log.json)" "tasks"
same 33554432 "$(jq '.tasks[0].tasks[2].tasks[0].result.size' $folder/kept-in-json.log.json)" "size"

# The source: it cannot be read on, it ends within a block and between two, and it is silent.
fails_with()
{
	rig fault clear "$mnt"
	rig fault add "$mnt" 'coalesce.start hang'
	rig fault add "$mnt" "$1"
}
fails_with 'snapshot.read error=EIO offset=5MiB..'
job 1 failure c1 --bypass-chain-check
tells "Failure Error: VDI_IO_ERROR(Device I/O errors)"
same '["VDI_IO_ERROR","Device I/O errors"]' \
	"$(jq -c '.tasks[0].result.task.error_info' $folder/c1.log.json)" "what the host says"
fails_with 'snapshot.read short=0 offset=5MiB..'
job 1 failure c2 --bypass-chain-check
same "stream has ended with not enough data (actual: 1048576, expected: 2097152)" "$wrong" "c2"
fails_with 'snapshot.read short=0 offset=8MiB..'
job 1 failure c3 --bypass-chain-check
tells "Failure Error: Expected values to be strictly equal:"
fails_with 'snapshot.read hang offset=8MiB..'
job 1 failure c4 --bypass-chain-check --http-timeout 50s
tells "Failure Error: HTTP connection has timed out"
same '[["clean-vm","success"],["snapshot","success"],["export","failure"]]' \
	"$(jq -c '[.tasks[0].tasks[] | [.message, .status]]' $folder/c4.log.json)" "tasks of c4"

# Tried again it succeeds.
fails_with 'snapshot.read error=EIO offset=5MiB.. times=2'
job 0 success again --bypass-chain-check --retries 2
tells "Warning: Retry the VM backup due to an error"
same '["failure","success"]' "$(jq -c '[.tasks[0].tasks[] | select(.message == "export").status]' \
	$folder/again.log.json)" "exports of a job that was tried again"

# No snapshot, for a reason that the storage manager has no words for; it is not tried again.
fails_with 'snapshot.create error=EIO'
job 1 failure c5 --bypass-chain-check
tells "SR_BACKEND_FAILURE_82(, Failed to snapshot VDI [opterr=Input/output error], )"
same 1 "$(status '.faults[-1].fired')" "times that a snapshot was asked for"
# What took too long in the rig did not happen, and is not to be cleaned up after.
fails_with 'snapshot.create error=ETIMEDOUT'
job 1 failure c5-late --bypass-chain-check
tells "opterr=Connection timed out"
rig fault clear "$mnt"
nothing_left

# Somebody else works in the folder; when he has died nobody does.
mkdir remote/vm.lock
job 1 failure c6 --bypass-chain-check
tells "Failure Error: Lock file is already being held"
same ELOCKED "$(jq -r '.tasks[0].result.code' $folder/c6.log.json)" "code of c6"
same null "$(jq '.tasks[0].tasks' $folder/c6.log.json)" "what was done in c6"
touch -d '12 seconds ago' remote/vm.lock
job 0 success c7 --bypass-chain-check
nothing_left

# The same job runs; another one meets the lock of the folder.
rig fault add "$mnt" 'snapshot.read hang offset=8MiB..'
"$SNAPRIG" backup --like xo --job nightly --bypass-chain-check "$mnt/snapshots/slow" \
	$folder/slow >slow.said &
slow=$!
is_reading()
{
	[ "$(status '.faults[-1].fired')" -ge 1 ]
}
wait_until 20 is_reading
e2e_status=0
rig backup --like xo --job nightly "$mnt/snapshots/d1" $folder/d1 >said || e2e_status=$?
same 1 "$e2e_status" "exit code of a job that runs already"
id=$(jq -r .jobId $folder/d1.log.json)
tells "Error: the job ($id) is already running"
same '["failure",null]' "$(jq -c '[.status, .tasks]' $folder/d1.log.json)" "status and tasks"
e2e_status=0
rig backup --like xo --job other "$mnt/snapshots/d2" $folder/d2 >said || e2e_status=$?
same 1 "$e2e_status" "exit code of a folder that is locked"
tells "Lock file is already being held"

# Asked to stop, the one that runs leaves nothing.
kill "$slow"
e2e_status=0
wait "$slow" || e2e_status=$?
same 1 "$e2e_status" "exit code of a job that was stopped"
same interrupted "$(jq -r .status $folder/slow.log.json)" "status of a job that was stopped"
grep -qF "[Xen Orchestra] interrupted − Backup report" slow.said || fail "another subject"
same "" "$(ls -A "$mnt/snapshots")" "snapshots left"
nothing_left
rig fault clear "$mnt"

# Nobody there.
e2e_status=0
rig backup --like xo --job nightly none/snapshots/x $folder/e1 >said || e2e_status=$?
same 1 "$e2e_status" "exit code without a rig"
grep -qE 'Failure Error: no XAPI associated to [0-9a-f-]{36}$' said || fail "says another thing"

# The log instead of the report, and what makes no sense.
rig backup --like xo --json --bypass-chain-check "$mnt/snapshots/j" $folder/j >log.json
same success "$(jq -r .status log.json)" "status in the log that is printed"
refused 2 "unknown product 'x'" rig backup --like x "$mnt/snapshots/x" out
refused 2 "--take needs --like aip" rig backup --like xo --take "$mnt/snapshots/x" out
refused 2 "--job needs --like xo" rig backup --job a "$mnt/snapshots/x" out
refused 2 "bad value '0' of --lock-stale" rig backup --like xo --lock-stale 0 "$mnt/snapshots/x" out
refused 2 "bad value 'x' of --max-uncoalesced" \
	rig backup --like xo --max-uncoalesced x "$mnt/snapshots/x" out
umount_volume

# There is no room on LVM and on files, and a chain is too long though each node is needed.
other_volume()
{
	image=$work/$1.img
	rig create "$image" --size 8MiB
	shift
	rig mount "$image" "$mnt" --profile xen "$@"
}
other_volume lvm --limit 12MiB --sr lvm
job 1 failure f1
tells "Failure Error: SR_BACKEND_FAILURE_44(, There is insufficient space, )"
umount_volume
other_volume file --limit 4KiB
job 1 failure f2
tells "SR_BACKEND_FAILURE_81(, Failed to clone VDI [opterr=VDI clone failed error 28], )"
umount_volume
other_volume long --format qcow2
for number in $(seq 29); do
	touch "$mnt/snapshots/s$number"
done
e2e_status=0
rig backup --like xo --job nightly "$mnt/snapshots/f3" $folder/f3 >said || e2e_status=$?
same 1 "$e2e_status" "exit code of a chain that is too long"
tells "Failure Error: SR_BACKEND_FAILURE_109(, The snapshot chain is too long, )"
umount_volume

# A name may hold bytes that are no text.
folder=$(printf 'remote/vm\377')
other_volume named
job 0 success named --bypass-chain-check
same 'vm?' "$(jq -r '.tasks[0].data.name_label' "$folder/named.log.json")" "name of the VM"
umount_volume
