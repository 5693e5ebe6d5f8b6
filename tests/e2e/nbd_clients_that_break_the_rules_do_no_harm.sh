#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Whoever says what is no NBD, half of it, or nothing at all, is done with; the next client is
# served, and the server ends while one of them is made to wait.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_xapi.sh"

requires qemu-img
dd if=/dev/urandom of=web.img bs=1M count=4 status=none
cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 1GiB } ]
vms: [ { name: web, disks: [ { name: system, sr: local, image: web.img } ] } ]
END
refused 2 "'nowhere' is no address to serve NBD on" rig xapi serve pool.yaml --nbd nowhere
refused 2 "'127.0.0.1:99999' is no address" rig xapi serve pool.yaml --nbd 127.0.0.1:99999
pool_serve pool.yaml --nbd 127.0.0.1:0
sed 's/image: web.img/size: 4MiB/' pool.yaml >other.yaml
refused 2 "cannot serve NBD on '$nbd': Address already in use" \
	rig xapi serve other.yaml --nbd "$nbd"
mnt=pool.yaml.snaprig/mnt/web.system
snapshot=$(snapshot_of "$(vm_of web)" s)
disk="nbd:$nbd:exportname=/$(uuid_of "$snapshot")?session_id=$session"

# says SECONDS FORMAT - what is answered to these bytes.
says()
{
	# shellcheck disable=SC2059 # bytes
	{ printf "$2"; sleep "$1"; } | curl -s -m "$1" "telnet://$nbd" | od -An -v -tx1 |
		tr -d ' \n'
}

is_served()
{
	qemu-img compare -f raw -F raw "$disk" web.img >/dev/null || fail "not served behind $1"
}

# flags, then: no option at all; one of 4 GiB; a list, which is not supported; an abort.
flags='\0\0\0\1'
option='IHAVEOPT\0\0\0'
says 1 'GET / HTTP/1.1\r\n\r\n' >/dev/null
is_served "a request of HTTP"
says 1 "$flags$option"'\1\377\377\377\377' >/dev/null
is_served "a name of 4 GiB"
says 1 "$flags$option"'\1\0\0\0\1/' >/dev/null
is_served "a name of nothing"
says 1 "$flags$option"'\3\0\0\0\0' | grep -q 0003e889045565a9000000038000000100000000 ||
	fail "a list was not refused"
says 1 "$flags$option"'\2\0\0\0\0' | grep -q 0003e889045565a9000000020000000100000000 ||
	fail "an abort was not told"

# More than there is room for: the others wait for nothing.
for i in $(seq 70); do
	sleep 3 | curl -s -m 3 "telnet://$nbd" >/dev/null &
	clients="${clients-} $!"
done
# shellcheck disable=SC2086 # words
wait $clients || true
wait_until 20 is_served "seventy that said nothing"

# What is not in the disk, and a write.
session_flags=$(printf '%s' "/$(uuid_of "$snapshot")?session_id=$session")
length=$(printf '\\%03o' ${#session_flags})
enter="$flags$option"'\1\0\0\0'"$length$session_flags"
request='\45\140\225\23\0\0\0'
says 2 "$enter$request"'\0HANDLE01\377\0\0\0\0\0\0\0\0\0\2\0' |
	grep -q '674466980000001648414e444c453031$' || fail "a read behind the end was not refused"
says 1 "$enter$request"'\1HANDLE02\0\0\0\0\0\0\0\0\0\0\2\0' | grep -q 48414e444c453032 &&
	fail "a write was answered"
is_served "a write"

# The server ends, whoever waits.
rig fault add "$mnt" "xapi.export hang" >/dev/null
qemu-img convert -f raw -O raw "$disk" out.raw 2>/dev/null &
reader=$!
wait_until 20 grep -q '"xapi.export"' "$mnt/.snaprig/events.jsonl" || fail "nobody waits"
begun=$(date +%s)
pool_end
[ $(($(date +%s) - begun)) -lt 20 ] || fail "the end took long"
! wait $reader || fail "the reader was content"
