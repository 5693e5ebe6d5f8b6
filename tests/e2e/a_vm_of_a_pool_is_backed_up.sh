#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The reference client backs up a VM with two disks through XAPI: all of it, then what has
# changed. What it restores is what was, at each time. When the pool fails, it says so in the
# words of Xen Orchestra, and leaves neither a snapshot nor a file.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_xapi.sh"

cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 1GiB } ]
vms: [ { name: web, disks: [ { name: system, sr: local, size: 16MiB },
                             { name: data, sr: local, size: 9MiB } ] } ]
END
mounts=pool.yaml.snaprig/mnt
system=$mounts/web.system
data=$mounts/web.data
backup()
{
	rig backup --like xo --xapi "$who" --job nightly --http-timeout 5s --task-timeout 4s \
		--bypass-chain-check "$@" web remote
}
files() { find remote -name '*.vhd*' | wc -l; }
snapshots() { find $system/snapshots $data/snapshots -name '*-*' | wc -l; }

pool_serve pool.yaml
who=http://root:secret@${url#http://}
mkdir remote
random_bytes 1 3000000 >some
dd if=some of=$system/live conv=notrunc bs=1M seek=2 status=none
dd if=some of=$data/live conv=notrunc bs=64K seek=80 status=none
cp $system/live system.1
cp $data/live data.1
backup >log || fail "a full backup: $(cat log)"
[ "$(files)" = 2 ] || fail "$(files) files after the first"
random_bytes 2 70000 | dd of=$system/live conv=notrunc bs=1M seek=9 status=none
cp $system/live system.2
backup >log || fail "a delta: $(cat log)"
[ "$(files)" = 4 ] || fail "$(files) files after the second"
[ "$(snapshots)" = 2 ] || fail "the base of the next one is not all there is: $(snapshots)"

vm=$(ls remote/xo-vm-backups)
first=$(cd "remote/xo-vm-backups/$vm" && ls ./*.json | sed -n '1s,\./\(.*\).json,\1,p')
restore() { rig xapi restore remote --vm "$vm" "$@"; }
restore --disk system --at "$first" system.1r
restore --disk system system.2r
restore --disk data data.2r
cmp system.1 system.1r && cmp system.2 system.2r && cmp data.1 data.2r || fail "what is restored"
size=$(find remote -path "*$vm*" -name '*.vhd' -newer system.2 -size +1M -printf '%s ')
[ "${size%% *}" -lt 3000000 ] || fail "the delta has all of the disk: $size"

# Each of them is said as Xen Orchestra says it, and nothing stays of the attempt.
fails()
{
	random_bytes 3 70000 | dd of=$system/live conv=notrunc bs=1M seek=4 status=none
	rig fault add $system "$1" >/dev/null
	! backup >log 2>&1 || fail "'$1' is no failure: $(cat log)"
	rig fault clear $system >/dev/null
	grep -qF "$2" log || fail "'$1' is not '$2': $(cat log)"
	[ "$(files)" = 4 ] || fail "a file after '$1'"
	[ "$(snapshots)" = 2 ] || fail "a snapshot after '$1'"
}
fails 'xapi.call method=VM.snapshot reply=SR_BACKEND_FAILURE_44' \
	'SR_BACKEND_FAILURE_44(, There is insufficient space, )'
fails 'xapi.call method=VM.snapshot reply=SR_BACKEND_FAILURE_109' \
	'SR_BACKEND_FAILURE_109(, The snapshot chain is too long, )'
fails 'xapi.call method=VM.snapshot reply=vanish' 'task has been destroyed before completion'
fails 'xapi.call method=VM.snapshot reply=pending' 'operation timed out'
fails 'xapi.call method=VM.snapshot reply=reset' 'read ECONNRESET'
fails 'xapi.call method=VM.snapshot reply=reset-after' 'read ECONNRESET'
fails 'xapi.export reply=cut' 'VDI_IO_ERROR(Device I/O errors)'
fails 'xapi.export reply=task-error' 'VDI_IO_ERROR(Device I/O errors)'
fails 'xapi.export reply=status-500' 'unexpected 500'
fails 'xapi.export reply=pasted-500' 'invalid HTTP header in response body'
fails 'xapi.export reply=bad-cookie' 'Expected values to be strictly equal'
fails 'xapi.export reply=bad-checksum' 'invalid footer checksum'
fails 'xapi.export reply=no-tail' 'Expected values to be strictly equal'
fails 'xapi.export hang' 'Headers Timeout Error'
fails 'snapshot.read error=EIO' 'VDI_IO_ERROR(Device I/O errors)'

# Disks of a snapshot that somebody has destroyed are the job's still, and go; nothing is based on
# them.
rig xapi call "$who" VM.destroy "$(rig xapi call "$who" VM.get_snapshots VM:web | tr -d '[]"')"
backup >log || fail "without a base: $(cat log)"
grep -q 'Warning: Could not find the base VM; fall back to a full' log || fail "no word: $(cat log)"
[ "$(snapshots)" = 2 ] || fail "disks of a snapshot that is gone: $(snapshots)"

# A pool that was ended in order knows after it what it knew before it.
pool_end
pool_serve pool.yaml
who=http://root:secret@${url#http://}
cp $system/live system.3
backup >log || fail "after a restart: $(cat log)"
restore --disk system system.3r
cmp system.3 system.3r || fail "what is restored after a restart"

# With a retention the oldest go, and what differed from them is whole.
folder=remote/xo-vm-backups/$vm
points() { (cd "$folder" && ls ./*.json | sed 's,\./\(.*\).json,\1,'); }
kept()
{
	same 2 "$(points | grep -c '')" "restore points that are kept"
	same 4 "$(files)" "VHDs that are kept"
	rm -f old new
	restore --disk system --at "$(points | head -n 1)" old
	restore --disk system new
	cmp "$1" old && cmp "$2" new || fail "what is kept"
}
cp -r "$folder" before
write_at 3000000 70000 $system/live
cp $system/live system.4
backup --keep 2 >log || fail "a backup with a retention: $(cat log)"
kept system.3 system.4
grep -q warning log && fail "it warns: $(cat log)"

# A run that was killed half-way: what is merged stands beside what was to go; a file is not whole.
oldest=$(cd before && ls ./*.json | tail -n 2 | sed -n '1s,\./\(.*\).json,\1,p')
cp "before/$oldest.json" "$folder"
for path in $(cd before && find . -name "$oldest.vhd"); do
	cp "before/$path" "$folder/$path"
	echo cut off >"$folder/${path%/*}/$(points | tail -n 1).vhd.part"
done
write_at 9000000 70000 $system/live
cp $system/live system.5
backup --keep 2 >log || fail "a backup behind a kill: $(cat log)"
kept system.4 system.5

# One of Xen Orchestra's: it deletes the point first, and then merges.
rm "$folder/$(points | head -n 1).json"
write_at 1000000 70000 $system/live
cp $system/live system.6
backup --keep 2 >log || fail "a backup behind a kill of Xen Orchestra: $(cat log)"
kept system.5 system.6

refused 2 "--task-timeout needs --xapi" rig backup --like xo --task-timeout 5s a b
wrong=http://root:wrong@${url#http://}
rig backup --like xo --xapi "$wrong" web remote >log 2>&1 && fail "a wrong password is taken"
grep -q 'SESSION_AUTHENTICATION_FAILED' log || fail "a wrong password: $(cat log)"
rig backup --like xo --xapi "$who" nobody remote >log 2>&1 && fail "no such VM"
grep -q 'UUID_INVALID(VM, nobody)' log || fail "no such VM: $(cat log)"
