#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A client of levels, xfsdump: what changed since the dump before is dumped alone, and all of
# them together restore to the tree.  It takes its snapshots itself, after it has changed files.
# shellcheck disable=SC2016 # for the client's shell
. "${0%/*}/../lib/e2e.sh"
requires_loop
requires xfsdump xfsrestore unshare mkfs.xfs
. "$e2e_root/tests/lib/e2e_run.sh"
. "$e2e_root/tests/lib/e2e_clients.sh"

# The inventory, by which a dump finds the one before, lies where the program has it.
inventory=/var/lib/xfsdump
[ -d "$inventory" ] || skip "no folder '$inventory'"
content_xfs || skip "no XFS can be made"

# mounted FILE OPTIONS COMMAND - run in a file system of FILE, in a namespace of its own; no
# inventory but the repository's is seen there.
cat >mounted <<'END'
set -e
loop=$(losetup --find --show "$1")
mkdir -p tmp/tree "$SNAPRIG_REPO/inventory"
trap 'umount tmp/tree 2>/dev/null || :' EXIT
status=0
mount -o "$2" "$loop" tmp/tree || status=$?
# It goes with the mount, and once only: the next one to get it is somebody else's.
losetup -d "$loop"
[ "$status" = 0 ] || exit "$status"
mount --bind "$SNAPRIG_REPO/inventory" /var/lib/xfsdump
sh -c "$3"
umount tmp/tree
rmdir tmp/tree
END
cat >dump <<'END'
set -e
level=$(find "$SNAPRIG_REPO" -name '*.dump' | wc -l)
[ "$level" = 0 ] || unshare --mount sh "$1/mounted" "$SNAPRIG_LIVE" nouuid '
	cd tmp/tree && rm 1 && mv 2 moved && echo more >>file && mkdir new'
touch "$SNAPRIG_SNAPSHOT"
unshare --mount sh "$1/mounted" "$SNAPRIG_SNAPSHOT" ro,norecovery,nouuid "
	xfsdump -l $level -L level$level -M file -f $SNAPRIG_REPO/$level.dump $PWD/tmp/tree"
rm "$SNAPRIG_SNAPSHOT"
# Of level 1 is what changed.
[ "$level" = 0 ] || [ "$(($(stat -c %s "$SNAPRIG_REPO/1.dump") * 3))" -lt \
	"$(($(stat -c %s "$SNAPRIG_REPO/0.dump") * 2))" ]
echo "$level" >"$SNAPRIG_OUT"
END
cat >client.yaml <<END
about: xfsdump, of level 0 and then of level 1.
backup: "sh $work/dump $work"
restore: |-
  for level in \$(seq 0 \$(cat {out})); do
    xfsrestore -J -r -f {repo}/\$level.dump {restored} || exit
  done
  rm -r {restored}/xfsrestorehousekeepingdir
compares: tree
loses: [ link-times, fractions-of-seconds ]
takes: snapshot
publishes: [ "{repo}/", "{out}" ]
END

clients_scenario levels ./client.yaml <<-END
	- steady:
	    - backup: { takes: s0, to: b0 }
	    - expect: { verdict: intact, leaks: none }
	    - backup: { takes: s1, to: b1 }
	    - expect: { verdict: intact, leaks: none }
	    - restore: { from: b0 }
	    - expect: { content: s0 }
END
client=levels
is_run levels || fail "levels were skipped"

# It says that all is well, and the next level does not make up for it.
clients_scenario bad ./client.yaml <<-END
	- steady:
	    - backup: { takes: s0, to: b0 }
	- inject:
	    - fault: "snapshot.read error=EIO $bad_sector phase=inject"
	    - backup: { takes: s1, to: b1 }
	    - expect: { verdict: silent-corruption }
	    - restore: { from: b0 }
	    - expect: { content: s0 }
END
is_run bad || fail "levels were skipped"
