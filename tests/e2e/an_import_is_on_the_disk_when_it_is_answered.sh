#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What PUT /import_raw_vdi/ has answered with 200 is on the disk, and nothing else is; what fails
# in the midst fails its task, whoever of the two has left.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_xapi.sh"

dd if=/dev/urandom of=web.img bs=1M count=10 status=none
truncate -s 32MiB web.img
cp web.img kept.raw
cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 1GiB } ]
vms: [ { name: web, power: halted, disks: [ { name: system, sr: local, image: web.img } ] } ]
END
pool_serve pool.yaml
mnt=pool.yaml.snaprig/mnt/web.system
io_error='["failure","VDI_IO_ERROR","Device I/O errors"]'
leaf=$(leaf_of "$(vm_of web)")

# What a VM that is halted has can be exported, and comes back: also the holes.
export_vdi kept.vhd "$leaf"
same '["success"]' "$(task_tells)" "the task of the leaf's export"
write_at 0 1048576 "$mnt/live"
write_at 25165824 4096 "$mnt/live"
import_vdi kept.vhd "$leaf"
same 200 "$imported" "the answer to a VHD"
same '["success"]' "$(task_tells)" "its task"
cmp "$mnt/live" kept.raw || fail "a VHD that was imported"

# A disk as it is; a part of one leaves the rest.
dd if=/dev/urandom of=raw bs=1M count=5 status=none
import_vdi raw "$leaf" raw
same 200 "$imported" "the answer to a raw disk"
cmp -n 5242880 "$mnt/live" raw || fail "a raw disk that was imported"
cmp -i 5242880 "$mnt/live" kept.raw || fail "what is behind it"

# The probe of a client, which names no task, changes nothing and makes none.
tasks=$(call task.get_all | jq length)
same 200 "$(curl -sS -o answer -w '%{http_code}' -X PUT -H 'Content-Length: 0' \
	"$url/import_raw_vdi/?format=vhd&vdi=$leaf&session_id=$session")" "a probe"
same "$tasks" "$(call task.get_all | jq length)" "tasks behind a probe"

# A delta is put over what is there.
snapshot=$(snapshot_of "$(vm_of web)" s)
write_at 8388608 4096 "$mnt/live"
cp "$mnt/live" delta.raw
export_vdi delta.vhd "$leaf" "&format=vhd&base=$snapshot"
same '["success"]' "$(task_tells)" "the task of the leaf's delta"
write_at 8388608 8192 "$mnt/live"
import_vdi delta.vhd "$leaf"
same 200 "$imported" "the answer to a delta"
cmp "$mnt/live" delta.raw || fail "a delta that was imported"

# What is none.
import_vdi raw "$leaf"
same 500 "$imported" "the answer to what is no VHD"
task_tells | grep -q "VDI_IO_ERROR.*its footer does not begin with 'conectix'" ||
	fail "its task: $(task_tells)"
head -c 5000000 kept.vhd >cut.vhd
import_vdi cut.vhd "$leaf"
same 500 "$imported" "the answer to a VHD that is cut"
task_tells | grep -q "VDI_IO_ERROR.*it ends in its block, behind 4[0-9]* bytes" ||
	fail "its task: $(task_tells)"
head -c -512 kept.vhd >tailless.vhd
import_vdi tailless.vhd "$leaf"
same 500 "$imported" "the answer to a VHD without its last footer"
task_tells | grep -q 'VDI_IO_ERROR.*it ends without its last footer' ||
	fail "its task: $(task_tells)"
truncate -s 33MiB large
import_vdi large "$leaf" raw
same 500 "$imported" "the answer to a disk that is larger"
task_tells | grep -q 'the body is larger than the disk' || fail "its task: $(task_tells)"
import_vdi kept.vhd "$snapshot"
same 500 "$imported" "the answer of a snapshot"
task_tells | grep -q '"failure","VDI_READONLY"' || fail "its task: $(task_tells)"

import_vdi kept.vhd OpaqueRef:none
same 500 "$imported" "the answer of no disk"
same '["failure","HANDLE_INVALID","VDI","OpaqueRef:none"]' "$(task_tells)" "its task"

# struck RULE ANSWER TASK
struck()
{
	rig fault clear "$mnt" >/dev/null
	rig fault add "$mnt" "xapi.import $1" >/dev/null
	import_vdi kept.vhd "$leaf"
	same "$2" "$imported" "the answer under '$1'"
	same "$3" "$(task_tells)" "the task under '$1'"
}

struck reply=status-500 500 "$io_error"
struck reply=garbage "curl 1" "$io_error"
struck reply=task-error 200 "$io_error"
struck error=EIO 500 "$io_error"
struck "error=EIO offset=4MiB.." 500 "$io_error"
# What the disk says is the disk's, also what sounds like a connection.
rig fault clear "$mnt" >/dev/null
rig fault add "$mnt" "live.write error=ETIMEDOUT" >/dev/null
import_vdi kept.vhd "$leaf"
same "$io_error" "$(task_tells)" "the task of a disk that fails"
rig fault clear "$mnt" >/dev/null
rig fault add "$mnt" "xapi.import reply=reset offset=4MiB.." >/dev/null
import_vdi kept.vhd "$leaf"
case $imported in
curl*) ;;
*) fail "the answer under a reset: $imported" ;;
esac
same "$io_error" "$(task_tells)" "the task under a reset"

# struck_dies RULE EVENT TASK [FILE FORMAT] - the client dies at EVENT; what it has handed to the
# kernel by then may be all of it or not.
struck_dies()
{
	rig fault clear "$mnt" >/dev/null
	rig fault add "$mnt" "xapi.import $1" >/dev/null
	transfer_task
	dies_when "$2" curl -v -H Expect: -T "${4:-kept.vhd}" -o answer \
		"$(import_url "$leaf" "${5:-vhd}")"
	same "$3" "$(task_tells | sed 's/ECONNRESET/EPIPE/')" \
		"the task under '$1', whose client dies"
}

# In the words of an older curl and of a newer one.
is_uploaded()
{
	grep -q -e 'completely uploaded' -e 'completely sent' curl.log
}

gone='["failure","INTERNAL_ERROR","the connection of the transfer has ended","EPIPE"]'
struck_dies reply=no-answer is_uploaded "$gone"
# What is still on its way fits into the socket: behind more of it the end is seen late.
head -c 2101248 kept.raw >little
struck_dies "hang offset=2MiB.." has_struck "$gone" little raw
# What is read no more: that the client has gone is seen late.
struck_dies "reply=no-read offset=4MiB.." has_struck "$io_error"
rig fault clear "$mnt" >/dev/null

# A client that dies in the midst.
has_begun()
{
	[ "$(call task.get_progress "\"$task\"")" != 0.0 ]
}

transfer_task
dies_when has_begun curl -s --limit-rate 200k -H Expect: -T kept.vhd -o answer \
	"$(import_url "$leaf")"
task_tells | grep -q '^\["failure","INTERNAL_ERROR","the connection' ||
	fail "the task: $(task_tells)"

# And all is well for the next one.
import_vdi kept.vhd "$leaf"
same 200 "$imported" "the answer at the end"
cmp "$mnt/live" kept.raw || fail "the disk at the end"
kill -0 "$pool_pid" || fail "the server has ended"
