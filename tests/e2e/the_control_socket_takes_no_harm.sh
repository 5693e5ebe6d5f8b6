#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The control socket answers garbage with an error, drops who sends a line
# without end, and is not held up by who never reads.
. "${0%/*}/../lib/e2e.sh"

requires socat jq
mount_volume 4MiB
socket=$mnt/.snaprig/control

# ask LINE... - sends the lines and prints the answers.
ask()
{
	printf '%s\n' "$@" | socat -t 60 - "UNIX-CONNECT:$socket" 2>/dev/null
}

same '7 true' "$(ask '{"id": 7, "command": "ping"}' | jq -r '"\(.id) \(.ok)"')" ping
same '"x" {"a":1}' \
	"$(ask '{"id": "x", "command": "ping"}' '{"id": {"a":1}, "command": "ping"}' |
		jq -c .id | sort | paste -sd' ' -)" ids
for line in 'garbage' '[]' '"text"' '{' '{"id": 1' 'null'; do
	same 'null false EINVAL' "$(ask "$line" | jq -r '"\(.id) \(.ok) \(.error)"')" \
		"answer to $line"
done
same 'false true' "$(ask garbage '{"id": 1, "command": "ping"}' | jq -r .ok | xargs)" \
	"a connection after garbage"
same false "$(ask '{"id": 1, "command": "explode"}' | jq -r .ok)" "unknown command"
same false "$(ask '{"id": 1, "command": "ping", "colour": "red"}' | jq -r .ok)" "unknown argument"
same false "$(ask '{"id": 1, "command": "snapshot.create"}' | jq -r .ok)" "missing argument"
same false "$(ask '{"id": 1, "command": "snapshot.create", "name": 5}' | jq -r .ok)" "wrong type"

# Half a line, then nothing more.
printf '{"id": 1, "comm' | socat -u - "UNIX-CONNECT:$socket"
# A million bytes without a newline: an answer, then the end.
head -c 1000000 /dev/zero | tr '\0' x |
	socat -t 60 - "UNIX-CONNECT:$socket" 2>/dev/null >answer || :
[ ! -s answer ] || same EINVAL "$(jq -r .error answer)" "answer to a line without end"

# One who asks and asks and never reads.
(
	yes '{"id": 1, "command": "status"}' | head -n 20000 |
		timeout 20 socat -u - "UNIX-CONNECT:$socket" 2>/dev/null
) &
deaf=$!
for round in 1 2 3 4 5; do
	write_at $((round * 4096)) 4096 "$mnt/live" "$round"
	same true "$(ask '{"id": 1, "command": "ping"}' | jq -r .ok)" "ping beside a deaf peer"
	sleep 0.1
done
wait "$deaf" || :

# More connections than there is room for; afterwards there is room again.
many=
for peer in $(seq 80); do
	sleep 2 | socat -u - "UNIX-CONNECT:$socket" 2>/dev/null &
	many="$many $!"
done
sleep 1
touch "$mnt/snapshots/s0"
for peer in $many; do
	wait "$peer" || :
done
is_answered()
{
	ask '{"id": 1, "command": "ping"}' | jq -e .ok >/dev/null
}
wait_until 20 is_answered || fail "no ping after a crowd"

# Writes that a snapshot holds go on when who asked for it goes away.
{
	echo '{"id": 1, "command": "snapshot.create", "name": "held", "hold_writes": true}'
	sleep 1
} | socat -t 60 - "UNIX-CONNECT:$socket" >answer 2>/dev/null &
holder=$!
wait_until 20 test -e "$mnt/snapshots/held" || fail "no snapshot while writes are held"
timeout 60 dd if=/dev/zero of="$mnt/live" bs=4k count=1 conv=notrunc status=none ||
	fail "writes are held for ever"
wait "$holder" || :
same true "$(jq -r .ok answer)" "snapshot.create"
umount_volume
