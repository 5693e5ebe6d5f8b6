#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# snaprig verify reads all that lies on disk of an unmounted volume: what is whole has
# no finding, what is damaged is named, and nothing is changed.
. "${0%/*}/../lib/e2e.sh"
requires jq

state_digest()
{
	find "$image" "$image.snaprig" -type f -exec stat -c '%n %s %Y' {} + -exec sha256sum {} + |
		sort | sha256sum
}

# verify EXIT TEXT... - it ends so, and each text is an extended expression that a line matches.
verify()
{
	expected=$1
	shift
	before=$(state_digest)
	code=0
	rig verify "$image" >found 2>said || code=$?
	sed 's/^/  found: /' found
	[ $code = "$expected" ] || fail "exit $code and not $expected: $(cat said)"
	for text in "$@"; do
		grep -qE -e "$text" found || fail "no line is '$text'"
	done
	same "$before" "$(state_digest)" "what lies on disk"
}

# again [OPTION...] - a volume with snapshots s and t.
again()
{
	rm -rf "$work/volume.img" "$work/volume.img.snaprig"
	mount_volume 2MiB "$@"
	write_at 0 1048576 "$mnt/live"
	touch "$mnt/snapshots/s"
	write_at 0 262144 "$mnt/live" 5
	touch "$mnt/snapshots/t"
	write_at 196608 262144 "$mnt/live" 6
}

# flip FILE OFFSET
flip()
{
	printf '\377' | cmp -s - "$1" -i "0:$2" -n 1 && byte='\0' || byte='\377'
	printf '%b' "$byte" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

echo "whole"
for profile in plain lvm vss xen; do
	again --profile $profile
	refused 4 "is mounted by another rig" rig verify "$image"
	umount_volume
	verify 0 '^[0-9]+ stores? with [1-9][0-9]* blocks checked, 0 findings$'
	[ "$(wc -l <found)" = 1 ] || fail "more is said of what is whole"
done
rig verify "$image" --json | jq -e '.schema_version == 1 and .findings == [] and .stores > 1' \
	>/dev/null || fail "the object is not what it should be"

echo "killed: whole, and it says what nobody can tell"
again
kill_rig
umount -l "$mnt"
verify 0 '^note: .*volume.img: offset 0: it was not unmounted normally' \
	'^note: s.store: offset [0-9]+: snapshot .s.: it was not closed normally'

echo "left over"
again
umount_volume
(umask 077 && : >"$image.snaprig/u.store.new" && : >"$image.snaprig/notes.txt")
verify 0 '^note: u.store.new: .*next mount removes it' '^note: notes.txt: '

echo "damaged"
again
umount_volume
cp -a "$image.snaprig" whole
# Each block of 4 KiB has a line of its own: 64 were replaced under s, then a summary.
flip "$image.snaprig/s.store" 8192
flip "$image.snaprig/s.store" 69000
flip "$image.snaprig/s.store" 200000
verify 1 "^s.store: offset 8192: snapshot 's': block [0-9]+ is not what was stored$" \
	"^s.store: offset 65536: snapshot 's': block [0-9]+ is not what was stored$" \
	"^s.store: offset 196608: snapshot 's': block [0-9]+ is not what was stored$" \
	'blocks checked, 3 findings$'
rig verify "$image" --json | jq -e '[.findings[] | select(.file == "s.store" and .block != null) |
	.offset] == [8192, 65536, 196608]' >/dev/null || fail "the object does not name all blocks"
cp -a whole/s.store "$image.snaprig/"

echo "more damage than anybody wants to read"
rm -rf whole
again
write_at 0 1048576 "$mnt/live" 7
umount_volume
cp -a "$image.snaprig" whole
# Where its segments begin, of which the last one is a summary.
headers=" $(grep -abo snapseg1 "$image.snaprig/t.store" | cut -d: -f1 | tr '\n' ' ')"
for unit in $(seq 2 130); do
	case $headers in
	*" $((unit * 4096)) "*) ;;
	*) flip "$image.snaprig/t.store" $((unit * 4096)) ;;
	esac
done
verify 1 "^t.store: offset 0: snapshot 't': [0-9]+ more of its blocks are damaged$"
[ "$(grep -c 'is not what was stored' found)" = 100 ] || fail "not 100 blocks are named"
cp -a whole/t.store "$image.snaprig/"
for place in s.store:100 s.store:8000 s.store:50000 t.store:4300 volume:20; do
	flip "$image.snaprig/${place%:*}" "${place#*:}"
	case $place in
	volume:*) verify 1 '^volume: offset 0: it does not check' ;;
	*) verify 1 "^${place%:*}: offset [0-9]+: snapshot '${place%.store*}': " ;;
	esac
	cp -a "whole/${place%:*}" "$image.snaprig/"
done
truncate -s 20000 "$image.snaprig/s.store"
verify 1 "^s.store: offset [0-9]+: snapshot 's': "
cp whole/s.store "$image.snaprig/s.store"
cp whole/s.store "$image.snaprig/other.store"
verify 1 "^other.store: offset 0: snapshot 'other': it belongs to another snapshot"
rm "$image.snaprig/other.store"
rm "$image.snaprig/volume"
verify 1 '^volume: offset 0: it is missing'
cp -a whole/volume "$image.snaprig/"
printf X | dd of="$image" bs=1 seek=1500000 conv=notrunc status=none
verify 1 "volume.img: offset 0: changed since the last unmount: mtime and ctime"

echo "a file of sums"
again --profile lvm --limit 200%
write_at 0 65536 "$mnt/snapshots/s" 8
write_at 0 65536 "$mnt/snapshots/s" 9
umount_volume
verify 0
! grep -q sums found || fail "sums are told of what is whole"
sums=$(cd "$image.snaprig" && echo *.sums)
mv "$image.snaprig/$sums" sums
verify 1 "^$sums: offset 0: snapshot 's': it is missing: "
mv sums "$image.snaprig/$sums"
first=$(cmp -l "$image.snaprig/$sums" /dev/zero 2>/dev/null | awk 'NR == 1 { print $1 - 1 }')
flip "$image.snaprig/$sums" "$first"
verify 1 "^$sums: offset [0-9]+: snapshot 's': 1 of its sums do not check"
cp "$image.snaprig/$sums" "$image.snaprig/0123456789abcdef.sums"
verify 1 "^note: 0123456789abcdef.sums: .*a store that is gone"

echo "a store that is kept"
again --profile vss
write_at 786432 262144 "$mnt/live" 7
rig snapshot delete "$mnt" t
umount_volume
kept=$(cd "$image.snaprig" && echo *.kept)
verify 0
! grep -q kept found || fail "what is kept is told of"
flip "$image.snaprig/$kept" 9000
verify 1 "^$kept: offset 8192: a deleted snapshot, kept for older ones: block [0-9]+ is not" \
	"^s.store: offset 0: snapshot 's': it shows blocks of '$kept'"

echo "a chain"
again --profile xen --no-coalesce
rig snapshot clone "$mnt" s c
write_at 786432 131072 "$mnt/snapshots/c" 9
umount_volume
verify 0
rm -rf whole
cp -a "$image.snaprig" whole
missed=no
for node in whole/*.node; do
	node=${node#whole/}
	flip "$image.snaprig/$node" 100
	verify 1 "^$node: offset 0: a node of a chain: "
	cp -a "whole/$node" "$image.snaprig/"
	[ "$(stat -c %s "whole/$node")" -gt 8192 ] || continue
	flip "$image.snaprig/$node" 8200
	verify 1 "^$node: offset [0-9]+: a node of (the live view|clone 'c'): "
	cp -a "whole/$node" "$image.snaprig/"
	rm "$image.snaprig/$node"
	# Who hung on it is told; a node without any is not missed by its files.
	! grep -q "parent '$node'" found || fail "it is there"
	rig verify "$image" >found || [ $? = 1 ] || fail "$(cat found)"
	grep -q "parent '$node' is not there" found && missed=yes
	cp -a "whole/$node" "$image.snaprig/"
done
[ $missed = yes ] || fail "no node was missed"
rig verify "$image" >/dev/null || fail "what was put back is not whole"

echo "what has no state, and what is no image"
rig create bare.img --size 1MiB
refused 2 "has no state" rig verify bare.img
refused 2 "cannot open image" rig verify none.img
