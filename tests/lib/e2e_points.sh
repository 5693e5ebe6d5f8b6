# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# e2e_points.sh - for scripts about points and actions; sourced after e2e.sh.
#
# check_row() arms one fault on a fresh volume, runs what reaches its point, and compares the result
# with a row of a table.  Contents have names there:
#
#	old		that of the snapshot s0
#	now		that of the live view: differs from old in its first 64 KiB
#	now+new		with what operate() writes, where s0 does not have the old bytes yet
#	now+new:512	with its first 512 bytes
#	now^		with one bit flipped
#
# shellcheck disable=SC2154 # $work and the like are of e2e.sh

volume_bytes=1048576
length=8192
read_at=8192    # where live view and snapshot differ, and nothing is left to preserve
write_at=262144 # where they are the same, and the snapshot lacks the blocks
further=65536   # so far is misdirected
image=$work/volume.img
mnt=$work/mnt
mkdir "$mnt" pieces wholes
failures=0

# ---- names of contents ----

# part FILE FIRST LENGTH
part()
{
	tail -c +"$(($2 + 1))" "$1" | head -c "$3"
}

# whole NAME BASE OFFSET FILE - makes BASE with FILE's bytes at OFFSET.
whole()
{
	cp "$2" "wholes/$1"
	dd if="$4" of="wholes/$1" bs=64k oflag=seek_bytes seek="$3" conv=notrunc status=none
}

random_bytes 1 $volume_bytes >wholes/old
random_bytes 2 $further >first
random_bytes 3 $length >new
head -c 512 new >new.512
head -c 4096 new >new.4096
head -c $length /dev/zero >pieces/zeros
whole now wholes/old 0 first
part wholes/now $read_at $length >pieces/now
part wholes/now $((read_at + further)) $length >pieces/further
part wholes/old $read_at $length >pieces/old
head -c 512 pieces/now >pieces/now:512
head -c 512 pieces/old >pieces/old:512
part wholes/old $((write_at + further)) $length >misdirected
: >pieces/none
echo "0 $volume_bytes" >pieces/all-data
echo "0 $further" >pieces/changed
{
	cat pieces/changed
	seq $further 4096 $((volume_bytes - 1)) | sed 's/$/ 4096/'
} >pieces/changed+all
for base in now old; do
	whole $base+new wholes/$base $write_at new
	whole $base+new:512 wholes/$base $write_at new.512
	whole $base+new:4096 wholes/$base $write_at new.4096
	whole $base+new-further wholes/$base $((write_at + further)) new
done
whole old+zeros wholes/old $write_at pieces/zeros
whole now+zeros wholes/now $write_at pieces/zeros
whole old+misread wholes/old $write_at misdirected

# one_bit_off A B
one_bit_off()
{
	# shellcheck disable=SC2046 # three numbers for each byte that differs
	set -- $(cmp -l "$1" "$2" 2>/dev/null | head -n 2)
	[ $# = 3 ] && [ $(((0$2 ^ 0$3) & ((0$2 ^ 0$3) - 1))) = 0 ]
}

# name_of FILE FOLDER - the file of FOLDER that it equals; NAME^ if one bit differs.
name_of()
{
	# The most frequent ones first.
	for candidate in "$2"/old "$2"/now "$2"/now+new "$2"/*; do
		if cmp -s "$1" "$candidate"; then
			echo "${candidate#*/}"
			return
		fi
	done
	for candidate in "$2"/*; do
		if one_bit_off "$1" "$candidate"; then
			echo "${candidate#*/}^"
			return
		fi
	done
	echo "other-$(wc -c <"$1")-bytes"
}

# ---- the content of a volume ----

# content_of FILE
content_of()
{
	if cat "$1" >found 2>/dev/null; then name_of found wholes; else echo unreadable; fi
}

# snapshot_is NAME STATE ERROR - its bytes, or why it cannot be read.
snapshot_is()
{
	if [ "$2" = active ]; then
		content_of "$mnt/snapshots/$1"
	elif cat "$mnt/snapshots/$1" >/dev/null 2>&1; then
		echo "$2-but-readable"
	else
		echo "$2:$3"
	fi
}

# What volume_is() reads from the status, whose line format is stable: jq took most of the time of a
# row.  A line "NAME STATE ERROR" for each snapshot, and "+ NODES" if there are any.
# shellcheck disable=SC2016 # for awk
volume_filter='
	/^  "/ { part = $2 }
	part == "gauges" && /^    "/ { gauge = $2 }
	gauge == "chain.coalescable" && $2 == "value" { nodes = $3; gsub(/[^0-9]/, "", nodes) }
	part == "snapshots" && /^      "name"/ { name = $4 }
	part == "snapshots" && /^      "state"/ { state = $4 }
	part == "snapshots" && /^      "error"/ { print name, state, $4 == "" ? "null" : $4 }
	END { if (nodes > 0) print "+", nodes }'

# volume_is - prints LIVE/S0[/S1][+NODES]; the nodes are those that can be merged.
volume_is()
{
	content_of "$mnt/live"
	awk -F '"' "$volume_filter" "$mnt/.snaprig/status.json" >volume
	while read -r name state error; do
		case $name in
		+) echo "+$state" ;;
		*) echo "/$(snapshot_is "$name" "$state" "$error")" ;;
		esac
	done <volume
}

# ---- programs that reach a point ----

options_for()
{
	case $1 in
	chain.* | coalesce.*) echo --profile xen --no-coalesce ;;
	store.flush) echo --profile lvm --durable ;;
	*) echo --profile lvm ;;
	esac
}

# mount_as POINT [OPTION...]
mount_as()
{
	point_mounted=$1
	options=$(options_for "$1")
	shift
	# shellcheck disable=SC2086 # a list of options
	rig mount "$image" "$mnt" $options "$@" || return
	case $point_mounted in
	writer.*) rig writers add "$mnt" 'simulated name=w' ;;
	esac
}

# write_new FILE
write_new()
{
	dd if=new of="$1" bs=$length oflag=seek_bytes seek=$write_at conv=notrunc status=none
}

# read_piece FILE - in one read.
read_piece()
{
	dd if="$1" of=piece bs=$length count=1 iflag=skip_bytes skip=$read_at status=none
}

# ask_as_a_door POINT - what a door asks before it continues, and what it then does.
ask_as_a_door()
{
	answer=$(printf '{"id": 1, "command": "fault.strike", "point": "%s"}\n' "$1" |
		socat -t 30 - "UNIX-CONNECT:$mnt/.snaprig/control")
	case $answer in
	*'"action":null'*) ;;
	*'"action":"drop"'*) : >piece ;;
	*'"action":"reply"'*) echo "$answer" | jq -r '"replies " + .result.reply' >&2 && return 1 ;;
	'') echo 'the rig went away' >&2 && return 1 ;;
	*) echo "$answer" >&2 && return 1 ;;
	esac
}

operate()
{
	case $1 in
	live.read | origin.read) read_piece "$mnt/live" ;;
	snapshot.read) read_piece "$mnt/snapshots/s0" ;;
	snapshot.seek) "$E2E_TOOLS/holes" "$mnt/snapshots/s0" >piece ;;
	changed.read) rig snapshot changed "$mnt" s0 >piece ;;
	live.discard) fallocate -p -o $write_at -l $length "$mnt/live" ;;
	snapshot.write) write_new "$mnt/snapshots/s0" ;;
	live.flush) write_new "$mnt/live" && sync "$mnt/live" ;;
	live.write | origin.write | cow.* | store.append | store.flush) write_new "$mnt/live" ;;
	snapshot.open) cat "$mnt/snapshots/s0" >/dev/null ;;
	snapshot.delete) rm "$mnt/snapshots/s0" ;;
	writer.*-complete | writer.*-restore | writer.*-shutdown)
		rig writers notify "$mnt" "${1#writer.}"
		;;
	snapshot.create | snapshot.commit | chain.snapshot | writer.*) touch "$mnt/snapshots/s1" ;;
	coalesce.*) rig coalesce "$mnt" --wait ;;
	control.command) rig status "$mnt" >/dev/null ;;
	dm.* | xapi.*) ask_as_a_door "$1" ;;
	store.recover) mount_as "$1" --fault "$2" ;;
	*) fail "nothing is known that reaches '$1'" ;;
	esac
}

# operate_and_tell POINT RULE - operates; `said` is the result that the program got: an errno, what
# it has read, or ok.
operate_and_tell()
{
	rm -f piece
	if LC_ALL=C operate "$@" >out 2>err; then
		if [ -e piece ]; then name_of piece pieces; else echo ok; fi >said
		return
	fi
	case $(cat err) in
	*"a fault struck 'status'"*) echo struck ;;
	*'Input/output error'* | *EIO*) echo EIO ;;
	*'No space left'*) echo ENOSPC ;;
	*'busy'* | *EBUSY*) echo EBUSY ;;
	*'Permission denied'*) echo EACCES ;;
	*'timed out'* | *WRITERERROR_TIMEOUT*) echo ETIMEDOUT ;;
	*'Too many links'*) echo EMLINK ;;
	*'not connected'* | *'connection abort'* | *'is gone'* | *'went away'*) echo dead ;;
	*'was killed'*) echo killed ;;
	*'failed with'*) echo failed ;;
	'replies '*) sed 's/^replies //' err ;;
	*) head -n 1 err ;;
	esac >said
}

# ---- one row ----

# make_template POINT FOLDER - the state from which every row with this point's options starts.
make_template()
{
	rm -rf "$image" "$image.snaprig"
	rig create "$image" --size $volume_bytes
	mount_as "$1"
	dd if=wholes/old of="$mnt/live" bs=1M conv=notrunc status=none
	touch "$mnt/snapshots/s0"
	dd if=first of="$mnt/live" bs=64k conv=notrunc status=none
	case $1 in
	coalesce.*)
		touch "$mnt/snapshots/s1"
		write_new "$mnt/live"
		rm "$mnt/snapshots/s1"
		;;
	esac
	umount_volume
	mkdir "$2"
	cp --sparse=always -r "$image" "$image.snaprig" "$2"
}

# mount_fresh POINT - with a snapshot s0, for which the beginning of the live view is preserved.
mount_fresh()
{
	! is_mounted "$mnt" || rig umount "$mnt"
	template=template$(options_for "$1" | tr -d ' -')
	case $1 in
	coalesce.*) template=$template-node ;;
	esac
	[ -d "$template" ] || make_template "$1" "$template"
	rm -rf "$image" "$image.snaprig"
	cp --sparse=always -r "$template"/* .
	# A copy has times and an inode of its own.
	mount_as "$1" --trust-image
}

now_ms()
{
	echo $(($(date +%s%N) / 1000000))
}

has_fired()
{
	grep -q '"fired": 1' "$mnt/.snaprig/status.json"
}

# hang_and_release POINT - the operation waits for the release, and not longer.
hang_and_release()
{
	operate_and_tell "$1" &
	wait_until 10 has_fired || problem "nothing hangs"
	sleep 0.1
	! is_dead $! || problem "has not waited"
	[ "$(rig fault release "$mnt")" = 1 ] || problem "not one was released"
	wait $!
}

is_disconnected()
{
	LC_ALL=C stat "$mnt/live" 2>&1 | grep -q 'not connected'
}

# died - the mount is dead, and its process is gone, which the kernel reports a little later.
died()
{
	wait_until 10 no_rig_runs || problem "the rig lives"
	wait_until 10 is_disconnected || problem "the mount is not dead"
}

# problem MESSAGE - reports it with the current row, which has failed.
problem()
{
	failures=$((failures + 1))
	echo "FAIL: $row: $*"
	echo "replay: ROW='$row' SEED=$SEED make CONFIG=${SNAPRIG_CONFIG:-release} check" \
		"TESTS=e2e/$e2e_name"
}

# expect WANTED FOUND WHAT
expect()
{
	[ "$1" = "$2" ] || problem "$3: expected '$1', got '$2'"
}

# ends_as_told FIRED THEN - checks a rig that is still alive.
ends_as_told()
{
	rig fault list "$mnt" --json >faults
	expect "$1" "$(sed -n 's/.*"fired": \([0-9]*\).*/\1/p' faults)" "fired"
	rig fault clear "$mnt"
	expect "$2" "$(volume_is | tr -d '\n')" "what the volume holds"
	umount_volume
}

# check_row POINT ACTION FIRED TOLD THEN NEXT - NEXT may be empty.
check_row()
{
	row="$1 $2"
	rule=$row
	[ "$3" != 1 ] || rule="$rule times=1"
	mount_fresh "$1"
	if [ "$1" = store.recover ]; then
		umount_volume
	elif ! rig fault add "$mnt" "$rule" >id 2>err; then
		problem "$(cat err)"
		return
	fi
	begin=$(now_ms)
	case $2 in
	hang) hang_and_release "$1" ;;
	*) operate_and_tell "$1" "$rule" ;;
	esac
	case $2 in
	delay=*) [ $(($(now_ms) - begin)) -ge 100 ] || problem "no delay" ;;
	esac
	expect "$4" "$(cat said)" "what the program was told"
	case $5 in
	dead) died ;;
	unmounted) ! is_mounted "$mnt" || problem "it is mounted" ;;
	*) ends_as_told "$3" "$5" ;;
	esac
	mount_as "$1" 2>err || problem "the next mount: $(cat err)"
	expect "${6:-$5}" "$(volume_is | tr -d '\n')" "what the next mount finds"
	umount_volume
}
