#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A client that saves files is judged by all that they are, as they lie in the image; it is
# given a mounted tree or a loop device, which goes with it whatever happens.
. "${0%/*}/../lib/e2e.sh"
requires_loop
requires mke2fs cp setfattr
. "$e2e_root/tests/lib/e2e_run.sh"

# A file system with all that a tree can have.
mkdir root
echo one >root/file
printf '%s' "$(seq 1 40000)" >root/large
chmod 4751 root/file
chown 17:18 root/large
ln root/file root/hard
ln -s file root/soft
mkfifo root/fifo
mkdir -m 1775 root/folder
setfattr -n user.note -v seven root/large
touch -hd "2020-02-02 02:02:02" root/large root/soft root/folder
truncate -s 16M image
mke2fs -q -t ext4 -d root image

tree='gives: tree
compares: tree'
# tree NAME BACKUP RESTORE [LINE] - a client of trees.
tree()
{
	client "$1" "$2" "$3" "$tree
${4:-}"
	sed -i 's,"{out}","{out}/",' "$SNAPRIG_SHARE/clients/$1.yaml"
}

# judged NAME EXIT VERDICT - the client NAME on the image.
judged()
{
	scenario "$1" "$1" '{ image: image }' <<-END
		${fault:+- fault: "$fault"}
		- backup: { of: s1, to: b1 }
		- expect: { verdict: $3 }
	END
	sed -i '/^ *$/d; s/32MiB/16MiB/' "$1.yaml"
	ran "$2" "$1.yaml"
	nothing_attached
}

# told NAME LOSSES EXIT - so is the client NAME whose adapter says what it loses.
told()
{
	sed "s/^compares: tree/&\nloses: [ $2 ]/" "$SNAPRIG_SHARE/clients/$1.yaml" \
		>"$SNAPRIG_SHARE/clients/$1-told.yaml"
	judged "$1-told" "$3" intact
}

copy='cp -a {snapshot}/. {out}'
tree honest "$copy" 'cp -a {out}/. {restored}'
judged honest 0 intact
# A volume that says no size has that of the image.
sed -i 's/size: 16MiB, //' honest.yaml
ran 0 honest.yaml

# Each way in which it may not be the same, found and named.
tree other-content "$copy" 'cp -a {out}/. {restored}; cd {restored}
  touch -r large ../mark; printf x | dd of=large bs=1 conv=notrunc status=none
  touch -r ../mark large; rm ../mark'
judged other-content 1 intact
tells "silent-corruption: .*1 of [0-9]+ names differ: 'large' has another content"
tree other-mode "$copy" 'cp -a {out}/. {restored}; chmod 0751 {restored}/file'
judged other-mode 1 intact
tells "'file' has another mode, 'hard' has another mode"
told other-mode "link-times, fractions-of-seconds, attributes, hard-links" 1
tree other-owner "$copy" 'cp -a {out}/. {restored}; chown -h 1 {restored}/soft'
judged other-owner 1 intact
tells "'soft' has another owner"
tree other-time "$copy" 'cp -a {out}/. {restored}
  touch -d "2020-02-02 02:02:02.000000001" {restored}/large'
judged other-time 1 intact
tells "'large' has another time"
told other-time "fractions-of-seconds" 0
told other-time "link-times, attributes, hard-links" 1
tree link-time "$copy" 'cp -a {out}/. {restored}; touch -hd 2020-02-03 {restored}/soft'
judged link-time 1 intact
tells "'soft' has another time"
told link-time "link-times" 0
told link-time "fractions-of-seconds, attributes, hard-links" 1
tree no-attributes "$copy" 'cp -a {out}/. {restored}; setfattr -x user.note {restored}/large
  touch -r {out}/large {restored}/large'
judged no-attributes 1 intact
tells "'large' has other attributes"
told no-attributes "attributes" 0
tree no-links "$copy" 'cp -a --no-preserve=links {out}/. {restored}'
judged no-links 1 intact
tells "'hard' is linked otherwise"
told no-links "hard-links" 0
tree elsewhere "$copy" 'cp -a {out}/. {restored}; ln -sfn large {restored}/soft
  touch -hr {out}/soft {restored}/soft; touch -r {out} {restored}'
judged elsewhere 1 intact
tells "'soft' leads elsewhere"
tree missing "$copy" 'cp -a {out}/. {restored}; rm {restored}/fifo; touch {restored}/new'
judged missing 1 intact
tells "2 of [0-9]+ names differ: 'fifo' is missing, 'new' was not there"

# A failure that leaves a part is detected; one that leaves what looks whole is not.
tree fails-whole "$copy; exit 3" 'cp -a {out}/. {restored}; echo two >{restored}/file'
tree fails-part "$copy; exit 3" 'cp -a {out}/. {restored}; rm {restored}/large'
fault='snapshot.read delay=1us'
judged fails-whole 0 misreported
judged fails-part 0 detected

# A snapshot that cannot be mounted is one that cannot be backed up.
fault='snapshot.read error=EIO'
judged honest 0 detected
fault=

# What the adapter does not understand of the restore is its mistake, and no corruption.
client folder "cp {snapshot} {out}" "mkdir {restored}; cp {out} {restored}/x"
judged folder 3 intact
tells "the restore made a folder, and the adapter compares a file .try 'compares: tree'"

# A device; what it is given is read-only.
client device 'test -b {snapshot} && ! dd if=/dev/zero of={snapshot} count=1 2>/dev/null &&
  dd if={snapshot} of={out} bs=1M status=none' 'cat {out} >{restored}' 'gives: device'
judged device 0 intact

# The same for a later snapshot: it is of then that it is judged, and content: is a tree's.
scenario later honest '{ ext4: { files: 20, bytes: 4MiB } }' <<END
- write: { name: w, pattern: random, bytes: 1MiB }
- backup: { of: s1, to: b1 }
- expect: { verdict: intact, content: s1, leaks: none }
- delete: s1
- snapshot: s2
- backup: { of: s2, to: b2 }
- expect: { verdict: intact, content: s2, leaks: none }
- restore: { from: b1 }
- expect: { content: s1 }
END
sed -i 's/^profile: .*/profile: plain/' later.yaml
ran 0 later.yaml

# Interrupted, or killed: neither mount nor loop device is left.
nap=61.$$
tree slow "sleep $nap" 'true'
scenario slow slow '{ image: image }' <<END
- backup: { of: s1, to: b1 }
END
sed -i 's/32MiB/16MiB/' slow.yaml
sleeps()
{
	pgrep -f "^sleep $nap\$" >/dev/null
}
"$SNAPRIG" run slow.yaml >tap 2>said &
run=$!
wait_until 20 sleeps || fail "the client was not started"
mounts_below "$TMPDIR" | grep -q given/b1 || fail "nothing was given"
kill -INT "$run"
e2e_status=0
wait "$run" || e2e_status=$?
same 130 "$e2e_status" "exit after SIGINT"
nothing_left
time_limit=2s
scenario slow slow '{ image: image }' <<END
- backup: { of: s1, to: b1 }
- expect: { verdict: hung, leaks: none }
END
sed -i 's/32MiB/16MiB/' slow.yaml
ran 3 slow.yaml
nothing_attached

# Files of a file system that is not there.
client no-tree true true 'compares: tree'
echo '- backup: { of: s1, to: b1 }' | scenario no-tree no-tree random
refused 2 "no-tree.yaml:7:9: client 'no-tree' saves the tree of a file system" rig run no-tree.yaml
client early true true 'gives: tree
takes: snapshot'
echo '- backup: { takes: s2, to: b1 }' | scenario early early '{ image: image }'
refused 2 "gives 'tree' needs an existing snapshot" rig run early.yaml
