#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Whoever says what is no NBD, half of it, or nothing at all, is done with; the next client is
# served, and the server ends while one of them is made to wait.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_xapi.sh"

requires qemu-img socat python3
dd if=/dev/urandom of=web.img bs=1M count=4 status=none
cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 1GiB } ]
vms: [ { name: web, disks: [ { name: system, sr: local, image: web.img } ] } ]
END
refused 2 "'nowhere' is not an address to serve NBD on" rig xapi serve pool.yaml --nbd nowhere
refused 2 "'127.0.0.1:99999' is not an address" rig xapi serve pool.yaml --nbd 127.0.0.1:99999
pool_serve pool.yaml --nbd 127.0.0.1:0
sed 's/image: web.img/size: 4MiB/' pool.yaml >other.yaml
refused 2 "cannot serve NBD on '$nbd': Address already in use" \
	rig xapi serve other.yaml --nbd "$nbd"
mnt=pool.yaml.snaprig/mnt/web.system
snapshot=$(snapshot_of "$(vm_of web)" s)
disk="nbd:$nbd:exportname=/$(uuid_of "$snapshot")?session_id=$session"

# many.py ADDRESS - more than there is room for say nothing: those are closed, the others stay.
cat >many.py <<'END'
import socket, sys

host, port = sys.argv[1].rsplit(":", 1)
clients = [socket.create_connection((host, port), timeout=60) for _ in range(70)]
waiting = []
for client in clients:
    try:
        if client.recv(1):
            waiting.append(client)
    except ConnectionResetError:
        pass
assert 60 < len(waiting) <= 64, "%d of 70 were greeted" % len(waiting)
END

# says FORMAT WHAT - $answer is what comes of these bytes until the server closes, as it must.
says()
{
	says_status=0
	# shellcheck disable=SC2059 # bytes
	printf "$1" | timeout 50 socat -,ignoreeof "TCP:$nbd" 2>/dev/null >said || says_status=$?
	[ "$says_status" != 124 ] || fail "$2 is not done with"
	answer=$(od -An -v -tx1 said | tr -d ' \n')
}

# answered DIGITS WHAT - so the answer ends.
answered()
{
	case $answer in
	*$1) ;;
	*) fail "$2: $answer" ;;
	esac
}

is_served()
{
	qemu-img compare -f raw -F raw "$disk" web.img >/dev/null 2>&1
}

served_behind()
{
	is_served || fail "not served behind $1"
}

# flags, then: no option at all; one of 4 GiB; a list, which is not supported; an abort.
flags='\0\0\0\1'
option='IHAVEOPT\0\0\0'
abort=$option'\2\0\0\0\0'
says 'GET / HTTP/1.1\r\n\r\n' "a request of HTTP"
served_behind "a request of HTTP"
says "$flags$option"'\1\377\377\377\377' "a name of 4 GiB"
served_behind "a name of 4 GiB"
says "$flags$option"'\1\0\0\0\1/' "a name of nothing"
served_behind "a name of nothing"
told=0003e889045565a9000000020000000100000000
says "$flags$option"'\3\0\0\0\0'"$abort" "an abort"
answered "0003e889045565a9000000038000000100000000$told" "a list was not refused, or no abort told"

# The others wait for nothing.
python3 many.py "$nbd" || fail "seventy that said nothing"
# Each of them is left by a thread of its own.
wait_until 20 is_served || fail "not served behind seventy that said nothing"

# What is not in the disk, and a write.
session_flags=$(printf '%s' "/$(uuid_of "$snapshot")?session_id=$session")
length=$(printf '\\%03o' ${#session_flags})
enter="$flags$option"'\1\0\0\0'"$length$session_flags"
request='\45\140\225\23\0\0\0'
leave=$request'\2HANDLE02\0\0\0\0\0\0\0\0\0\0\0\0'
says "$enter$request"'\0HANDLE01\377\0\0\0\0\0\0\0\0\0\2\0'"$leave" "whoever leaves"
answered 674466980000001648414e444c453031 "a read behind the end was not refused"
size=0000000000400000 zeros=$(printf '%0248d' 0)
says "$enter$request"'\1HANDLE03\0\0\0\0\0\0\0\0\0\0\2\0' "a write"
answered "${size}0003$zeros" "a write was answered"
served_behind "a write"

# The server ends, whoever waits.
rig fault add "$mnt" "xapi.export hang" >/dev/null
qemu-img convert -f raw -O raw "$disk" out.raw 2>/dev/null &
reader=$!
wait_until 20 grep -q '"xapi.export"' "$mnt/.snaprig/events.jsonl" || fail "nobody waits"
kill "$pool_pid"
wait_until 60 is_dead "$pool_pid" || fail "the end waits for a reader"
pool_end
! wait $reader || fail "the reader was content"
