#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What each reply of xapi.export makes of an export, of the connection and of its task.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_xapi.sh"

dd if=/dev/urandom of=web.img bs=1M count=10 status=none
truncate -s 32MiB web.img
cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 1GiB } ]
vms: [ { name: web, disks: [ { name: system, sr: local, image: web.img } ] } ]
END
pool_serve pool.yaml --nbd 127.0.0.1:0 --export-framing old-close
mnt=pool.yaml.snaprig/mnt/web.system
snapshot=$(snapshot_of "$(vm_of web)" s)
whole=$((1536 + 512 + 5 * (2097152 + 512) + 512))
io_error='["failure","VDI_IO_ERROR","Device I/O errors"]'
part_3=$((1536 + 512 + 2 * (2097152 + 512) + 512 + 1048576))

# struck RULE CURL BYTES TASK - an export under it: what curl says, what came, what the task tells.
struck()
{
	rig fault clear "$mnt" >/dev/null
	rig fault add "$mnt" "xapi.export $1" >/dev/null
	rm -f out.vhd
	export_vdi out.vhd "$snapshot"
	same "$2" "$exported" "curl of '$1'"
	same "$3" "$(stat -c %s out.vhd 2>/dev/null || echo none)" "bytes of '$1'"
	same "$4" "$(task_tells)" "the task of '$1'"
}

# All of it.
struck reply=status-500 0 0 "$io_error"
grep -q '^HTTP/1.1 500' head || fail "answered: $(cat head)"
struck reply=garbage 1 none "$io_error"
struck reply=pasted-500 0 38 "$io_error"
same HTTP/ "$(head -c 5 out.vhd)" "the body of pasted-500"
struck reply=bad-cookie 0 $whole '["success"]'
same Conectix "$(head -c 8 out.vhd)" "the cookie"
struck reply=bad-checksum 0 $whole '["success"]'
struck reply=fixed-disk 0 $whole '["success"]'
same "00 00 00 02" "$(od -An -tx1 -j60 -N4 out.vhd | sed 's/^ //')" "the type"
struck reply=no-tail 0 $((whole - 512)) '["success"]'
rig xapi flatten out.vhd out.raw 2>said
grep -q 'has no footer at its end' said || fail "said: $(cat said)"
cmp out.raw web.img || fail "no-tail has not all blocks"
struck reply=task-error 0 $whole "$io_error"
struck error=EIO 0 0 "$io_error"
struck reply=cut 0 300 "$io_error"
struck reply=graceful 0 300 '["success"]'
struck reply=reset 56 300 "$io_error"

# A part of it: half of that block is there.
struck "reply=cut offset=4MiB..5MiB" 0 $part_3 "$io_error"
struck "reply=graceful offset=4MiB..5MiB" 0 $part_3 '["success"]'
struck "error=EIO offset=4MiB..5MiB" 0 $part_3 "$io_error"
struck "reply=cut after=3" 0 $part_3 "$io_error"
struck "delay=50ms offset=0..4MiB" 0 $whole '["success"]'
# No part of it is data.
struck "reply=cut offset=20MiB..24MiB" 0 $whole '["success"]'

# A silent host: its client leaves, and then the task fails.
has_struck_behind()
{
	has_struck && [ "$(stat -c %s out.vhd 2>/dev/null || echo 0)" = "$bytes" ]
}

# silent RULE BYTES - and so many bytes come.
silent()
{
	bytes=$2
	rig fault clear "$mnt" >/dev/null
	rig fault add "$mnt" "xapi.export $1" >/dev/null
	rm -f out.vhd
	transfer_task
	dies_when has_struck_behind curl -sS -N -o out.vhd "$(export_url "$snapshot")"
	same '["failure","INTERNAL_ERROR","the connection of the transfer has ended","EPIPE"]' \
		"$(task_tells)" "the task of '$1'"
}

silent hang 0
silent "hang offset=4MiB.." $((1536 + 512 + 2 * (2097152 + 512) + 512))
grep -q '"point":"xapi.export".*"offset":4194304' "$mnt/.snaprig/events.jsonl" ||
	fail "not in the journal: $(tail -n 3 "$mnt/.snaprig/events.jsonl")"

# Over NBD each read is a part.
if command -v qemu-img >/dev/null; then
	rig fault clear "$mnt" >/dev/null
	disk="nbd:$nbd:exportname=/$(uuid_of "$snapshot")?session_id=$session"
	qemu-img convert -f raw -O raw "$disk" nbd.raw
	cmp nbd.raw web.img || fail "read over NBD"
	rig fault add "$mnt" "xapi.export error=EIO offset=4MiB..5MiB" >/dev/null
	refused 1 "Input/output error" qemu-img convert -f raw -O raw "$disk" nbd.raw
	rig fault clear "$mnt" >/dev/null
	refused 1 "." qemu-img info "nbd:$nbd:exportname=/none?session_id=$session"
	refused 1 "." qemu-img info "nbd:$nbd:exportname=/$(uuid_of "$snapshot")?session_id=x"
	refused 1 "." qemu-img info "nbd:$nbd:exportname=$(uuid_of "$snapshot")"
	# None of them has left anything: the next one is served.
	qemu-img compare -f raw -F raw "$disk" web.img || fail "read over NBD again"
fi
