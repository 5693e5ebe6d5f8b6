#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `snaprig top` on a real terminal: it draws, takes keys, follows another size, gives the
# terminal back, and ends with the volume; without a terminal it prints once.
. "${0%/*}/../lib/e2e.sh"

requires jq
mount_volume 8MiB --profile datto --limit 1MiB
touch "$mnt/snapshots/s0"

# ---- without a terminal ----

rig top --once "$mnt" >shown
head -n 1 shown | grep -qE '^  volume.img  8 MiB  datto  seed 1  up 0:00:' || fail "$(cat shown)"
grep -qE '^snapshots  s0  active  \[\.{10}\]  1?[0-9]%' shown || fail "$(cat shown)"
! grep -q "$(printf '\033')" shown || fail "codes of a terminal in a file"
for columns in 20 80; do
	COLUMNS=$columns rig top "$mnt" | awk -v most=$columns 'length > most' >wide
	[ ! -s wide ] || fail "more than $columns columns: $(cat wide)"
done
rig top --json "$mnt" >json
jq -e '.schema_version == 1 and (.mounts | length) == 1 and .mounts[0].state == null and
	.mounts[0].rates.live_writes_per_second == 0 and .mounts[0].status.profile == "datto"' \
	json >/dev/null || fail "$(cat json)"
# All of this user's are found.
rig top --json | jq -e --arg mnt "$mnt" 'any(.mounts[]; .mount_point == $mnt)' >/dev/null ||
	fail "it is not found without its name"
refused 2 "no volume is mounted on" rig top "$work"

# Rates are of real time, and of what has happened between two looks.
while :; do
	write_at 0 1048576 "$mnt/live" 7
done &
writer=$!
on_exit "kill $writer 2>/dev/null"
wait_until 20 sh -c "'$SNAPRIG' top --json '$mnt' |
	jq -e '.mounts[0].rates.live_written_bytes_per_second > 1000000' >/dev/null" ||
	fail "no rate"
kill "$writer"
wait "$writer" 2>/dev/null || :
rm "$mnt/snapshots/s0"

# It only watches: no rule strikes it, or counts it.
rig fault add "$mnt" 'control.command error=EIO' >/dev/null
rig top --once "$mnt" >shown
grep -qE '^faults     1  fired 0  seen 0  matched 0 ' shown || fail "$(cat shown)"
rig fault clear "$mnt" >/dev/null

# ---- on a terminal ----

command -v tmux >/dev/null || skip "the rest needs 'tmux'"
export TMUX_TMPDIR="$work"
unset TMUX

# A server that goes takes those along who come meanwhile: so each terminal has its own.
number=0
terminal()
{
	tmux -L "top$number" -f /dev/null "$@"
}

# opens COLUMNS ROWS COMMAND - in a new terminal, whose shell says how the command has ended.
opens()
{
	number=$((number + 1))
	cat >in_terminal <<-EOF
		$3
		echo "exit \$?, \$(stty -a | grep -o '[-]*icanon')"
		exec sleep 600
	EOF
	LC_ALL=C.UTF-8 terminal new-session -d -s top -x "$1" -y "$2" "sh in_terminal"
}

screen()
{
	terminal capture-pane -p -t top
}

shows()
{
	screen | grep -qE -e "$1"
}

sees()
{
	wait_until 10 shows "$1" || fail "the screen does not show '$1':
$(screen)"
}

on_exit 'terminal kill-server 2>/dev/null'
opens 100 30 "'$SNAPRIG' top mnt"
sees '^  volume.img  8 MiB  datto'
sees '^q quit  f fault  g gauge  r release  c clear$'
touch "$mnt/snapshots/s1"
sees '^snapshots  s1  active'
write_at 0 4194304 "$mnt/live"
sees '^snapshots  s1  failed EFBIG'
sees 'snapshot.failed snapshot=s1 error=EFBIG'
sees '^store fill .*█'
sees '^write rate .*[▁▂▃▄▅▆▇█]'

# A mistake shows what the rig says of it; a right rule strikes and is lit.
terminal send-keys -t top f
sees '^rule:$'
terminal send-keys -t top 'live.raed error=EIO' Enter
sees "did you mean 'live.read'\?"
terminal send-keys -t top f 'live.read error=EIO' Enter
sees 'fault 2 is armed'
sees '^faults     2  fired 0 .*live.read error=EIO'
# For two seconds after it has fired, so that one look must have it all.
is_lit()
{
	! head -c 4096 "$mnt/live" >/dev/null 2>&1 || fail "the fault has not struck"
	terminal capture-pane -p -e -t top >lit
	grep -q "$(printf '\033')\[41mFIRED [1-9]" lit
}
wait_until 10 is_lit || fail "it is not lit:
$(cat -v lit)"
sees '^faults     2  FIRED [1-9]'
if command -v python3 >/dev/null; then
	"$e2e_root/tools/terminal-svg" 'snaprig top' <lit >top.svg
	grep -q '<text [^>]* class="lit">FIRED [1-9][0-9]*<' top.svg ||
		fail "the picture: $(cat top.svg)"
	grep -q '<text [^>]* class="bold">volume.img<' top.svg || fail "the picture: $(cat top.svg)"
	! command -v xmllint >/dev/null || xmllint --noout top.svg || fail "it is not well formed"
fi
terminal send-keys -t top c
sees '^1 rule removed'
status '.faults | length' | grep -qx 0 || fail "there are still rules"

# Keys feign a gauge, release it, and release who hangs.
terminal send-keys -t top g 'memory.used 85%' Enter
sees 'memory.used is feigned'
sees 'memory.used 85% \(feigned\)'
terminal send-keys -t top g 'memory.used' Enter
sees 'memory.used is measured again'
terminal send-keys -t top g 'memory.usd 3%' Enter
sees 'memory.usd'
terminal send-keys -t top f 'live.read hang' Escape
sees '^q quit'
same 0 "$(status '.faults | length')" "rules after Escape"
rig fault add "$mnt" 'live.read hang times=1' >/dev/null
head -c 4096 "$mnt/live" >bytes &
reader=$!
sees '^faults     3  FIRED 1 '
terminal send-keys -t top r
sees '^1 released'
wait "$reader" || fail "the reader was not let go"

# A rig that hangs is called silent, and is there again when it goes on.
pid=$(rig_pid)
on_exit "kill -CONT $pid 2>/dev/null"
kill -STOP "$pid"
sees '^  volume.img  has not answered for [0-9]+ s  '
kill -CONT "$pid"
sees '^  volume.img  8 MiB '

# Another size is drawn at once; what has no room is left out, and the keys stay.
terminal resize-window -t top -x 20 -y 50
sees '^snapshots$'
sees '^ s1  failed EFBIG$'
terminal resize-window -t top -x 80 -y 8
sees '^\.\.\.$'
sees '^q quit'
same 8 "$(terminal display-message -p -t top '#{pane_height}')" "rows"

# Stopped, it gives the terminal back; it ends with the volume, and leaves it as it was.
terminal resize-window -t top -x 100 -y 30
umount_volume
sees "'mnt' was unmounted"
sees '^exit 0, icanon$'
terminal kill-server

# Several, found without their names; a new one comes in, one that was killed says so.
rig mount "$image" "$mnt"
opens 100 900 "NO_COLOR=1 '$SNAPRIG' top"
sees '^.*volume.img '
rig create other.img --size 4MiB
mkdir other
rig mount other.img other --profile xen
sees 'other.img  4 MiB  xen'
sees 'tab next volume$'
rig umount other
shows_no()
{
	! shows "$1"
}
wait_until 10 shows_no 'other\.img' || fail "what is unmounted is still shown"
terminal send-keys -t top q
sees '^exit 0, icanon$'
terminal kill-server
opens 100 30 "'$SNAPRIG' top mnt"
sees '^  volume.img'
kill_rig
sees "is gone \('snaprig umount"
sees '^exit 4, icanon$'
terminal kill-server
rig umount "$mnt"

# A terminal that cannot be drawn on is printed on, once.
rig mount "$image" "$mnt"
opens 100 30 "TERM=dumb '$SNAPRIG' top mnt"
sees '^exit 0, icanon$'
sees '^  volume.img'
