#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Garbage, half a request, headers without end, a body without end, JSON that is deep or none,
# a thousand connections, clients that vanish: each is answered or ended, nothing of it stays in
# memory, and the server serves on.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_xapi.sh"

requires python3
cat >pool.yaml <<'END'
pool: demo
credentials: { user: root, password: secret }
srs: [ { name: local, type: ext, capacity: 1GiB } ]
vms: [ { name: web, disks: [ { name: system, sr: local, size: 8MiB } ] } ]
END
pool_serve pool.yaml --longest-event-wait 2s

memory_kib()
{
	sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pool_pid/status"
}

serves()
{
	[ -n "$(vm_of web)" ] || fail "the server serves no more: $1"
}

cat >bad.py <<'END'
import json, os, socket, sys, time

port = int(sys.argv[2].rsplit(":", 1)[1])


def connect():
    client = socket.create_connection(("127.0.0.1", port), timeout=60)
    return client


def ask(data):
    """All that the server says to DATA, until it ends or says no more."""
    client = connect()
    said = b""
    try:
        client.sendall(data)
        client.settimeout(5)
        while b"\r\n\r\n" not in said:
            more = client.recv(65536)
            if not more:
                break
            said += more
    except (ConnectionError, socket.timeout):
        pass
    client.close()
    return said


def post(body):
    client = connect()
    head = b"POST /jsonrpc HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    client.sendall(head % len(body) + body)
    said = b""
    while True:
        more = client.recv(65536)
        if not more:
            break
        said += more
    return said.split(b"\r\n\r\n", 1)[1]


def wants(condition, what):
    if not condition:
        print("not so:", what)
        sys.exit(1)


def garbage():
    said = ask(os.urandom(4096).replace(b"\n", b"x") + b"\r\n\r\n")
    wants(not said or b" 400 " in said or b" 405 " in said or b" 505 " in said, said[:80])
    said = ask(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200))
    wants(not said or b" 400 " in said, said[:80])


def halves():
    clients = []
    for data in (b"P", b"POST /jsonrpc HTTP/1.1\r\nHost", b"POST /jsonrpc HTTP/1.1\r\n\r\n",
                 b"POST /jsonrpc HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
                 b"PUT /import_raw_vdi/?vdi=x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"):
        clients.append(connect())
        clients[-1].sendall(data)
    time.sleep(0.2)
    for client in clients:
        client.close()


def headers():
    client = connect()
    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    sent = 0
    try:
        while sent < 1000000:
            client.sendall(b"".join(b"x%d: y\r\n" % i for i in range(sent, sent + 1000)))
            sent += 1000
    except ConnectionError:
        pass
    wants(sent < 1000000, "a million headers were taken")


def long_body(chunked):
    client = connect()
    head = b"POST /jsonrpc HTTP/1.1\r\nHost: x\r\n"
    head += b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 1073741824"
    head += b"\r\n\r\n"
    piece = b"[" * 1000000
    piece = b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece
    client.sendall(head)
    sent = 0
    try:
        while sent < 1 << 30:
            client.sendall(piece)
            sent += len(piece)
    except ConnectionError:
        pass
    wants(sent < 256 << 20, "%d bytes of JSON were taken" % sent)


def is_error(body, code):
    answer = json.loads(post(body))
    wants(answer["error"]["code"] == code, answer)


def json_that_is_none():
    is_error(b"", -32700)
    is_error(b"{", -32700)
    is_error(b"\xff\xfe", -32700)
    is_error(b'{"method": "a\\u0000b"}', -32700)
    is_error(b"[" * 1000000, -32700)
    is_error(b'{"method":' + b"[" * 4000 + b"]" * 4000 + b"}", -32700)
    is_error(b'{"method": "VM.get_all", "params": ' + b"[" * 1900 + b"]" * 1900 + b"}", 1)
    is_error(b"[]", -32600)
    is_error(b"7", -32700)
    is_error(b'{"method": 7}', -32600)
    is_error(b'{"method": "VM.get_all", "params": {}}', -32600)
    is_error(b'{"method": "VM.get_all"}', 1)
    is_error(b'{"method": "%s"}' % (b"x" * 5000000), 1)


def many_connections(count):
    clients = [connect() for _ in range(count)]
    body = b'{"id":1,"method":"system.listMethods"}'
    for client in clients:
        client.sendall(b"POST /jsonrpc HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
                       % (len(body), body))
    for client in clients:
        wants(client.recv(15) == b"HTTP/1.1 200 OK", "an answer on each connection")


def vanishing(session):
    body = json.dumps({"id": 1, "method": "event.from",
                       "params": [session, ["task"], "%020d" % (1 << 40), 2]}).encode()
    for _ in range(300):
        client = connect()
        client.sendall(b"POST /jsonrpc HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
                       % (len(body), body))
        client.close()


what = sys.argv[1]
if what == "long_body":
    long_body(sys.argv[3] == "chunked")
elif what == "many_connections":
    many_connections(int(sys.argv[3]))
elif what == "vanishing":
    vanishing(sys.argv[3])
else:
    globals()[what]()
END

bad()
{
	timeout 120 python3 bad.py "$1" "$url" ${2:+"$2"} || fail "$1"
	serves "$1"
}

bad garbage
bad halves
bad headers
bad long_body sized
bad long_body chunked
bad json_that_is_none
before=$(memory_kib)
for _ in 1 2 3; do
	bad long_body chunked
	bad json_that_is_none
	bad headers
done
after=$(memory_kib)
[ "$e2e_slow" = 1 ] || [ "$after" -lt $((before + 32768)) ] ||
	fail "it grew from $before to $after KiB"
many=1000
[ "$e2e_slow" = 0 ] || many=200
bad many_connections "$many"
bad vanishing "$session"

files_open()
{
	find "/proc/$pool_pid/fd" 2>/dev/null | wc -l
}

few_files()
{
	[ "$(files_open)" -lt 100 ]
}

# Those who waited for events are answered, and their connections found closed.
wait_until 20 few_files || fail "$(files_open) files are open still"
serves "at the end"
pool_end

# ---- two addresses, and few descriptors ----
rm -f served
# shellcheck disable=SC3045 # dash has it
(ulimit -n 120 && exec "$SNAPRIG" xapi serve pool.yaml --listen 127.0.0.1:0 --listen unix:other) \
	>served 2>served.log </dev/null &
pool_pid=$!
wait_until 60 grep -q '^listening on http' served || fail "not served: $(cat served.log)"
url=$(sed -n 's/^listening on \(http.*\)/\1/p' served)
session=
session=$(call session.login_with_password '"root"' '"secret"' | text)
cat >idle.py <<'END'
import socket, sys, time

clients = []
for _ in range(60):
    for family, place in ((socket.AF_INET, ("127.0.0.1", int(sys.argv[1]))),
                          (socket.AF_UNIX, "other")):
        client = socket.socket(family)
        client.connect(place)
        clients.append(client)
body = b'{"id":1,"method":"VM.snapshot","params":["%s","%s","s"]}' % (
    sys.argv[2].encode(), sys.argv[3].encode())
time.sleep(0.5)
clients[0].sendall(b"POST /jsonrpc HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
                   % (len(body), body))
print(clients[0].recv(65536).decode())
END
web=$(vm_of web)
python3 idle.py "${url##*:}" "$session" "$web" >idle
grep -q '"result"' idle || fail "clients that say nothing have all descriptors: $(cat idle)"
pool_end
