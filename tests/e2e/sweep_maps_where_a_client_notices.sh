#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `snaprig sweep` strikes at one hit, moment or offset after the other: where answers change is
# found with few checks, each place is where it says, and its replay says the same.
# shellcheck disable=SC2016 # the other shell
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_check.sh"

requires jq

# swept CODE ARGUMENT... - the map is in map.json, which jq reads.
swept()
{
	e2e_code=$1
	shift
	e2e_status=0
	timeout 240 "$SNAPRIG" sweep --size 1MiB --json "$@" >map.json 2>said || e2e_status=$?
	sed 's/^/  said: /' said
	jq -r ".code, ($ranges)" map.json >told || fail "no JSON of: $*"
	same "$e2e_code" "$e2e_status" "exit of sweep $*"
	same "$e2e_code" "$(head -n 1 told)" "code of sweep $*"
	ranges_told
	nothing_is_left "$*"
}

ranges='.tracks[] | .name as $name | .ranges[] |
	"\($name) \(.answer) \(.first)..\(.last) \(.verdict) \(.exit)"'
ranges_told()
{
	tail -n +2 told
}

is()
{
	jq -e "$1" map.json >/dev/null ||
		fail "not so: $1: $(jq -c 'del(.tracks[].points[].reads)' map.json)"
}

# repeat REPLAY - runs that line; what it says is in again.json.
repeat()
{
	env PATH="${SNAPRIG%/*}:$PATH" sh -c "$1" >again.json
}

copy='dd if={snapshot} of={out} bs=64k'
# It looks at errors in the first half only.
blind='dd if={snapshot} of={out} bs=64k count=8 &&
	dd if={snapshot} of={out} bs=64k skip=8 seek=8 conv=noerror,sync,notrunc'

# ---- by hits ----

swept 0 --fault 'snapshot.read error=EIO' -- "$copy"
same "hits A 1..16 detected 1" "$(ranges_told)" "the map of dd"
is '.schema_version == 1 and .by == "hits" and .failure == null'
is '.fault == "snapshot.read error=EIO" and .seed == 1 and .without.verdict == "intact"'
is '.tracks[0] | .count == 16 and .tried == 16'
is '[.tracks[0].points[] | .offset_bytes] == [range(0; 1048576; 65536)]'
is '[.tracks[0].points[] | .number] == [range(1; 17)]'
is 'all(.tracks[0].points[]; .fired == 1)'

# One that has a beginning and a step of its own strikes at those hits; for as long as it says.
swept 0 --fault 'snapshot.read error=EIO after=4 every=3 times=2' -- "$copy"
is '[.tracks[0].points[] | .offset_bytes / 65536] == [6, 9, 12, 15]'
is '[.tracks[0].points[] | .fired] == [1, 1, 1, 1]'

swept 1 --fault 'snapshot.read error=EIO' --points 7 -- "$blind"
same 'hits A 1..8 detected 1
hits B 9..16 silent-corruption 0' "$(ranges_told)" "the map of one that is blind"
is '.tracks[0].tried == 7'
replay=$(jq -r '.tracks[0].points[-1].replay' map.json)
e2e_status=0
repeat "$replay" || e2e_status=$?
same 1 "$e2e_status" "exit of the replay"
same "$(jq -c '.tracks[0].points[-1] | [.verdict, .why, .fired]' map.json)" \
	"$(jq -c '[.verdict, .why, .fired]' again.json)" "the replay"

swept 124 --size 128KiB --time-limit 1s --fault 'snapshot.read hang' -- "$copy"
same "hits A 1..2 hung 124" "$(ranges_told)" "the map of one that hangs"

# ---- by moments ----

swept 0 --failure cow-overflow -- "$copy"
same "hits A 1..16 detected 1" "$(ranges_told)" "the map of an overflow"
is '.failure == "cow-overflow" and .fault == null and .tracks[0].tried == 16'
is 'all(.tracks[0].points[]; .profile == "datto")'
swept 1 --failure flipped-bits --points 3 --profile lvm -- "$copy"
same "hits A 1..16 silent-corruption 0" "$(ranges_told)" "the map of flipped bits"
is '[.tracks[0].points[] | .offset_bytes] == [0, 458752, 983040]'

# ---- by offsets ----

# It reads one half only, and the restore has the other from elsewhere.
swept 0 --by offsets --points 24 --fault 'snapshot.read error=EIO' \
	--restore 'test "$(stat -c %s {out})" = 524288 && cp {out} {restored} &&
		dd if={live} of={restored} bs=64k skip=8 seek=8' -- \
	dd if={snapshot} of={out} bs=64k count=8 iflag=fullblock
is '[.tracks[] | .name] == ["aligned", "unaligned"] and all(.tracks[]; .count == 256)'
is 'all(.tracks[]; .tried == 12)'
is 'all(.tracks[]; [.ranges[] | .answer] == ["A", "-"])'
is '[.tracks[] | .ranges[0].last_offset_bytes] == [520192, 522241]'
is '[.tracks[] | .ranges[1].first_offset_bytes] == [524288, 526337]'

# A failure that strikes at an offset is swept by offsets, and its replay says which.
swept 0 --failure read-error --points 6 -- "$copy"
is '.by == "offsets" and .failure == "read-error" and .partial == false'
is 'all(.tracks[]; .tried == 3 and [.ranges[] | .verdict] == ["detected"])'
replay=$(jq -r '.tracks[1].points[1].replay' map.json)
case $replay in
*"--failure read-error --at 'offset>="*) ;;
*) fail "no offset in: $replay" ;;
esac
repeat "$replay" || fail "exit of: $replay"
same "$(jq -c '.tracks[1].points[1] | [.verdict, .why, .fired]' map.json)" \
	"$(jq -c '[.verdict, .why, .fired]' again.json)" "the replay of an offset"
# It looks at the size of what it has read of the first half.
swept 1 --failure truncated-source --points 10 -- \
	'dd if={snapshot} of={out} bs=64k && test "$(stat -c %s {out})" -ge 524288'
is 'all(.tracks[]; [.ranges[] | .verdict] == ["detected", "silent-corruption"])'

# ---- for people ----

"$SNAPRIG" sweep --size 1MiB --fault 'snapshot.read error=EIO' --svg map.svg -- "$blind" >text &&
	fail "no finding"
grep -qE '^A  1\.\.8 +0\.\.448KiB +detected +1 +[0-9.]+$' text || fail "no row: $(cat text)"
grep -qE '^B  9\.\.16 +512KiB\.\.960KiB +silent-corruption +0 +[0-9.]+$' text ||
	fail "no row: $(cat text)"
grep -q '^hits       AAAAAAAABBBBBBBB  16 of 16 tried$' text || fail "no strip: $(cat text)"
same '<svg </svg>' "$(head -c 4 map.svg) $(tail -n 1 map.svg)" "both ends of the picture"
same 1 "$(grep -c 'silent-corruption, exit 0' map.svg)" "answers in the picture"
same 1 "$(grep -c '>16 of 16 tried<' map.svg)" "what was tried, in the picture"
if command -v rsvg-convert >/dev/null; then
	rsvg-convert map.svg -o map.png || fail "a renderer does not read it"
	same PNG "$(head -c 4 map.png | tail -c 3)" "what was rendered"
fi
refused 4 "cannot write picture 'no/map.svg'" rig sweep --size 64KiB --svg no/map.svg \
	--fault 'snapshot.read error=EIO' -- "$copy"
nothing_is_left "a picture"

# ---- what cannot be swept ----

swept 3 --fault 'snapshot.write error=EIO' -- "$copy"
is '.tracks[0].count == 0'
swept 1 --fault 'snapshot.read error=EIO' -- false
is '.without.verdict == "detected" and .tracks == []'
grep -q '^snaprig: without the failure it is not intact' said || fail "not told: $(cat said)"
read='snapshot.read error=EIO'
refused 2 'a sweep moves one thing' rig sweep -- "$copy"
refused 2 'a sweep moves one thing' rig sweep --fault "$read" --fault "$read" -- "$copy"
refused 2 'a sweep moves one failure, not all' rig sweep --failure all -- "$copy"
refused 2 "remove 'chance'" rig sweep --fault "$read chance=5%" -- "$copy"
refused 2 "point 'writer.freeze' has no offsets" rig sweep --by offsets \
	--fault 'writer.freeze drop' -- "$copy"
refused 2 "remove 'offset'" rig sweep --by offsets --fault "$read offset=0..1" -- "$copy"
refused 2 "failure 'read-error' strikes at an offset and not at a hit" rig sweep --by hits \
	--failure read-error -- "$copy"
refused 2 "'writer-f1' has no hit or offset .* check --failure writer-f1'" \
	rig sweep --failure writer-f1 -- "$copy"
refused 2 "has no moment, but an offset, for --at to set" rig check --failure read-error \
	--at 'read.progress>=50%' -- "$copy"
refused 2 "has no offset, but a moment, for --at to set" rig check --failure cow-overflow \
	--at 'offset>=4096' -- "$copy"
refused 2 "cannot read moment 'offset>=x'" rig check --failure read-error --at 'offset>=x' -- true
refused 2 'strikes at a moment and not at an offset' rig sweep --by offsets \
	--failure cow-overflow -- "$copy"
refused 2 "cannot read number of points '0'" rig sweep --points 0 --fault "$read" -- "$copy"
refused 2 "unknown way 'hit' to sweep" rig sweep --by hit --fault "$read" -- "$copy"
refused 2 'a command is missing' rig sweep --fault "$read"

# ---- ^C ----

# interrupted SIGNAL EXIT OPTION... - it prints what was tried until then, into map.json.
interrupted()
{
	e2e_signal=$1
	e2e_exit=$2
	shift 2
	"$SNAPRIG" sweep --size 4MiB --every --fault "$read" "$@" -- \
		'dd if={snapshot} of={out} bs=64k; code=$?; touch '"$work/tried; sleep 0.2"';
		exit $code' >map.json 2>said &
	e2e_pid=$!
	rm -f tried
	wait_until 20 test -e tried || fail "nothing was tried"
	rm -f tried
	wait_until 20 test -e tried || fail "nothing more was tried"
	rm -f tried
	wait_until 20 test -e tried || fail "nothing more was tried"
	kill -s "$e2e_signal" $e2e_pid
	e2e_status=0
	wait $e2e_pid || e2e_status=$?
	same "$e2e_exit" "$e2e_status" "exit of one that was sent $e2e_signal"
	nothing_is_left "SIG$e2e_signal"
}

interrupted TERM 143 --json
is '.partial and .code == 143 and .tracks[0].count == 64'
is '.tracks[0].tried > 0 and .tracks[0].tried < 64 and all(.tracks[0].points[]; .fired == 1)'
interrupted TERM 143 --svg map.svg
grep -q '^interrupted: these places were tried so far$' map.json || fail "not marked"
grep -qE '^hits .* [1-9][0-9]* of 64 tried$' map.json || fail "no strip: $(cat map.json)"
grep -q ', interrupted, on dd' map.svg || fail "the picture is not marked"
e2e_status=0
timeout --preserve-status -s INT 3 "$SNAPRIG" sweep --size 4MiB --every --fault "$read" -- \
	'sleep 0.3; dd if={snapshot} of={out} bs=64k' >text 2>said || e2e_status=$?
same 130 "$e2e_status" "exit of one that was interrupted"
nothing_is_left "^C"
