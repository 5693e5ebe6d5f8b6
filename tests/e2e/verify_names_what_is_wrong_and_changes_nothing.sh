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
	printf "$byte" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

echo "whole"
for profile in plain lvm vss xen; do
	again --profile $profile
	refused 4 "is mounted by another rig" rig verify "$image"
	umount_volume
	verify 0 '^[0-9]+ stores with [1-9][0-9]* blocks checked, 0 findings$'
	[ "$(wc -l <found)" = 1 ] || fail "more is said of what is whole"
done
rig verify "$image" --json | jq -e '.schema_version == 1 and .findings == [] and .stores > 1' \
	>/dev/null || fail "the object is not what it should be"

echo "killed: whole, and it says what nobody can tell"
again
kill_rig
umount -l "$mnt"
verify 0 '^note: .*volume.img: offset 0: it was not unmounted in order' \
	'^note: s.store: offset [0-9]+: snapshot .s.: it was not closed in order'

echo "left over"
again
umount_volume
(umask 077 && : >"$image.snaprig/u.store.new" && : >"$image.snaprig/notes.txt")
verify 0 '^note: u.store.new: .*next mount removes it' '^note: notes.txt: '

echo "damaged"
again
umount_volume
cp -a "$image.snaprig" whole
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
verify 1 "^other.store: offset 0: snapshot 'other': it is of another snapshot"
rm "$image.snaprig/other.store"
rm "$image.snaprig/volume"
verify 1 '^volume: offset 0: it is missing'
cp -a whole/volume "$image.snaprig/"
printf X | dd of="$image" bs=1 seek=1500000 conv=notrunc status=none
verify 1 "volume.img: offset 0: changed since the last unmount: mtime and ctime"

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
