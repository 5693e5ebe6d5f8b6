#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# On a terminal, what takes longer than two seconds shows how far it is, and takes the line away
# at its end; a file, or a terminal that cannot be drawn on, gets nothing of it.
. "${0%/*}/../lib/e2e.sh"

requires jq script
mount_volume 16MiB --profile xen
write_at 0 16777216 "$mnt/live"
touch "$mnt/snapshots/s0"
write_at 0 8388608 "$mnt/live" 5
touch "$mnt/snapshots/s1"

# on_terminal NAME COMMAND... - its output, as a terminal gets it, into NAME.
on_terminal()
{
	name=$1
	shift
	echo "$*" >line
	COLUMNS=100 TERM=${TERM_SAYS:-xterm} script -qec "stty cols 100; . ./line" "$name" \
		>/dev/null </dev/null || fail "$name: exit $?: $(cat "$name")"
}

# drew NAME TEXT - the bar, and took it away.
drew()
{
	tr '\r' '\n' <"$1" | grep -qE -e "^$(printf '\033')\[K$2" ||
		fail "$1 does not show '$2': $(cat -v "$1")"
	tr '\r' '\n' <"$1" | grep "^$(printf '\033')\[K" | tail -n 1 >last
	! grep -qE '[0-9] s( left)?$' last ||
		fail "the line of $1 was not taken away: $(cat -v "$1")"
}

# What is installed first says for how long, too.
if [ "$(id -u)" = 0 ]; then
	mkdir tools
	cp "$e2e_root/tools/deps" tools
	printf 'build\tno-such-package\twhy\n' >tools/packages
	cat >tools/apt-get <<-EOF
		#!/bin/sh
		echo "Unpacking no-such-package"
		exec sleep 4
	EOF
	chmod +x tools/apt-get
	(mkdir deps && cd deps &&
		on_terminal "$work/installed" "PATH='$work/tools:$PATH' ../tools/deps build") &
	installing=$!
fi

# Reads of the live view take their time: 16 of 1 MiB.
rig fault add "$mnt" 'live.read delay=200ms' >/dev/null
rig backup "$mnt/live" out1 2>said &
filed=$!
(mkdir on-dumb && cd on-dumb &&
	TERM_SAYS=dumb on_terminal "$work/dumb" "'$SNAPRIG' backup '$mnt/live' out") &
dumb=$!
on_terminal backup "'$SNAPRIG' backup '$mnt/live' out3"
wait "$filed" || fail "exit $? into a file"
wait "$dumb" || fail "exit $? on a dumb terminal"
drew backup 'backup  \[#*\.*\]  [1-9][0-9]*%  [0-9.]* MiB of 16 MiB .* [0-9]+ s left'
! grep -q ' of 16 MiB' dumb || fail "it draws on a dumb terminal: $(cat -v dumb)"
! grep -q "$(printf '\033')" said || fail "it draws into a file"
rig fault clear "$mnt" >/dev/null

if [ "$(id -u)" = 0 ]; then
	wait "$installing" || fail "exit $? of what is installed"
	drew installed '  apt-get  [23] s  Unpacking no-such-package'
fi

# What the rig does shows how long it takes, or how far it is.
rig fault add "$mnt" 'coalesce.copy delay=400ms' >/dev/null
rig snapshot delete "$mnt" s0
on_terminal coalesce "'$SNAPRIG' coalesce '$mnt' --wait"
drew coalesce 'coalesce .*[0-9]+ s( left)?'
rig fault clear "$mnt" >/dev/null

# A run counts its scenarios, and leaves its lines whole.
cat >slow.yaml <<-EOF
	name: slow
	about: A backup that takes its time.
	profile: plain
	volume: { size: 8MiB, content: random }
	client: reference
	phases:
	  - steady:
	      - snapshot: s0
	      - fault: snapshot.read delay=500ms
	      - backup: { of: s0, to: b0 }
	      - expect: { verdict: intact }
EOF
on_terminal run "'$SNAPRIG' run slow.yaml"
drew run 'run  \[\.*\]  0%  0 of 1 scenarios  for [0-9]+ s'
tr '\r' '\n' <run | sed "s/^$(printf '\033')\[K//" | grep -q '^ok 1 ' || fail "$(cat -v run)"
