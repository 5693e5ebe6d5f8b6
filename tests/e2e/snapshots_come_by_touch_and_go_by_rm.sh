#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `touch` takes a snapshot and `rm` deletes it, with the errno of what is wrong;
# the command line says the same in words.
. "${0%/*}/../lib/e2e.sh"

requires jq

mount_volume 8MiB
write_at 0 65536 "$mnt/live"
was=$(digest "$mnt/live")

touch "$mnt/snapshots/s0"
write_at 0 65536 "$mnt/live" 2
same "$was" "$(digest "$mnt/snapshots/s0")" "snapshot s0"
same "$(stat -c %s "$mnt/live")" "$(stat -c %s "$mnt/snapshots/s0")" "size of s0"
[ "$was" != "$(digest "$mnt/live")" ] || fail "the live view did not change"

# A second touch is of a file that is there: no snapshot is taken, and whoever asked
# for one must not believe it, however it is asked for.  Only root gets past the mode of
# a read-only file: anybody else is refused by the kernel before it asks the rig.
exists="File exists" read_only=Read-only
[ "$(id -u)" = 0 ] || exists="File exists|Permission denied" read_only="Permission denied"
! stat -c %A "$mnt/snapshots/s0" | grep w || fail "s0 may be written to"
for how in "" -c -m -a "-d yesterday"; do
	# shellcheck disable=SC2086 # two words
	refused 1 "$exists|not permitted" touch $how "$mnt/snapshots/s0"
done
refused '1|2' "File exists" sh -c "set -C; : > '$mnt/snapshots/s0'"
refused '1|2' "$read_only" sh -c ": > '$mnt/snapshots/s0'"
refused '1|2' "$read_only" sh -c ": >> '$mnt/snapshots/s0'"
refused 1 "$exists" truncate -s 0 "$mnt/snapshots/s0"
rig fault add "$mnt" 'snapshot.read fail-snapshot times=1' >/dev/null
touch "$mnt/snapshots/dead"
dd if="$mnt/snapshots/dead" of=/dev/null bs=4k count=1 status=none 2>/dev/null || :
rig fault clear "$mnt" >/dev/null
same failed "$(status '.snapshots[] | select(.name == "dead") | .state')" "state of one that failed"
refused 1 "$exists" touch "$mnt/snapshots/dead"
rm "$mnt/snapshots/dead"
same "$was" "$(digest "$mnt/snapshots/s0")" "s0 after another touch"

rig snapshot create "$mnt" s1
rig snapshot list "$mnt" | grep -q s1 || fail "list does not know s1"
same "s0 s1" "$(names_of "$mnt/snapshots")" "snapshots"
same "s0 s1" "$(status '[.snapshots[].name] | sort | join(" ")')" "names in status"

refused 2 "'s1'.*exists" rig snapshot create "$mnt" s1
refused '2|4' "'a/b'" rig snapshot create "$mnt" a/b
refused '2|4' "'\.\.'" rig snapshot create "$mnt" ..
long=$(printf '%065d' 0)
refused '2|4' "long|at most" rig snapshot create "$mnt" "$long"
refused 1 "too long" touch "$mnt/snapshots/$long"
grep -q "cannot take a snapshot: a snapshot's name has at most 64 bytes" "$image.snaprig/rig.log" ||
	fail "the log does not say why no snapshot was taken"
refused '2|4' "'none'" rig snapshot delete "$mnt" none
refused 1 "No such file" rm "$mnt/snapshots/none"
refused '2|4' "limit" rig snapshot create "$mnt" s2 --limit 0
refused '2|4' "limit" rig snapshot create "$mnt" s2 --limit 300%

# Nothing else can be made or broken in the tree.
refused 1 "" mkdir "$mnt/snapshots/folder"
refused 1 "" touch "$mnt/file"
refused 1 "" rm "$mnt/live"
refused 1 "" mv "$mnt/snapshots/s0" "$mnt/snapshots/s9"
refused 1 "" truncate -s 1 "$mnt/live"
refused 1 "$read_only" dd if=/dev/zero of="$mnt/snapshots/s0" bs=512 count=1 conv=notrunc
same "$was" "$(digest "$mnt/snapshots/s0")" "s0 in the end"

# Other ways to make a file, and one that makes nothing.
: >"$mnt/snapshots/s2"
perl -e 'use Fcntl; sysopen(F, shift, O_RDWR | O_CREAT | O_EXCL) or die' "$mnt/snapshots/s3"
refused 1 "" mkfifo "$mnt/snapshots/s4"
same "s0 s1 s2 s3" "$(names_of "$mnt/snapshots")" "snapshots that were made in other ways"
rm "$mnt/snapshots/s2" "$mnt/snapshots/s3"

rm "$mnt/snapshots/s0"
rig snapshot delete "$mnt" s1
same "" "$(ls "$mnt/snapshots")" "snapshots in the end"
same "" "$(find "$image.snaprig" -name '*s[01]*')" "stores in the end"
