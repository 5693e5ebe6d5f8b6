#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `snaprig list mounts` names each rig once: one that answers, one that hangs, one that was
# killed, and one that is mounted in another mount namespace only.
. "${0%/*}/../lib/e2e.sh"

requires jq unshare
mount_volume 4MiB --profile datto
touch "$mnt/snapshots/s0"

# listed NAME - what the list says of the rig of image NAME.
listed()
{
	rig list mounts --json | jq -c --arg image "$work/$1" '.mounts[] | select(.image == $image)'
}

# says NAME FILTER WORD - of which FILTER is WORD.
says()
{
	same "$3" "$(listed "$1" | jq -r "$2")" "$2 of $1"
}

same 1 "$(rig list mounts --json | jq .schema_version)" "schema_version"
same 1 "$(listed volume.img | wc -l)" "rows of a rig"
says volume.img \
	'[.mount_point, .state, .profile, .size_bytes, .snapshots, .user, .namespace_of] | @csv' \
	"\"$mnt\",\"answers\",\"datto\",4194304,1,$(id -u),"
says volume.img .pid "$(rig_pid)"
rig list mounts >table
head -n 1 table | grep -qx 'MOUNT  *PID  *STATE  *PROFILE  *SIZE  *IMAGE' ||
	fail "headings: $(cat table)"
grep -qE "^$mnt +$(rig_pid) +answers +datto +4 MiB +$image\$" table || fail "row: $(cat table)"

# A rig that hangs is named, and keeps nobody waiting.
pid=$(rig_pid)
kill -STOP "$pid"
on_exit "kill -CONT $pid 2>/dev/null"
SNAPRIG_TIMEOUT=300ms timeout 20 "$SNAPRIG" list mounts >table ||
	fail "exit $? beside a rig that hangs"
grep -qE "^$mnt +[^ ]+ +silent +none +none +$image\$" table || fail "silent: $(cat table)"
kill -CONT "$pid"

# What is over it hides it; another mount point shows it.
if [ "$(id -u)" = 0 ]; then
	mount -t tmpfs none "$mnt"
	same '' "$(listed volume.img)" "what is hidden"
	umount "$mnt"
fi

kill_rig
says volume.img .state gone
says volume.img .pid null
rig umount "$mnt"
same '' "$(listed volume.img)" "what is unmounted"

# In a mount namespace of its own, where its image has a path that there is not here.
[ "$(id -u)" = 0 ] && (in_a_namespace true) || exit 0
rig create inner.img --size 4MiB
mkdir -p inner bound
cat >there <<-EOF
	mount --bind "$work" "$work/bound"
	"$SNAPRIG" mount "$work/bound/inner.img" "$work/inner" --profile xen
	mkdir "$work/ready"
	exec sleep 600
EOF
in_a_namespace sh there &
there=$!
on_exit "kill $there 2>/dev/null"
wait_until 20 test -d ready || fail "nothing was mounted there"
! is_mounted "$work/inner" || fail "it is mounted here, too"
row=$(rig list mounts --json | jq -c --arg point "$work/inner" \
	'.mounts[] | select(.mount_point | endswith($point))')
same 'answers xen' "$(echo "$row" | jq -r '[.state, .profile] | join(" ")')" "the inner rig"
through=$(echo "$row" | jq -r .namespace_of)
reach=$(echo "$row" | jq -r .mount_point)
same "/proc/$through/root$work/inner" "$reach" "the way to the inner rig"
same xen "$(rig status "$reach" --json | jq -r .profile)" "its status by that way"
rig umount "$reach" || nsenter -t "$there" -m umount "$work/inner"
kill "$there" 2>/dev/null || :
wait "$there" || :
same '' "$(rig list mounts --json | jq -r '.mounts[].mount_point' | grep -F "$work" || :)" \
	"what is left"
