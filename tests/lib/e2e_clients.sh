# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# e2e_clients.sh - how our adapters' tools handle a bad sector; sourced after e2e_run.sh.
#
# shellcheck disable=SC2154 # $work, $e2e_root and $e2e_status are of e2e.sh and e2e_run.sh
export SNAPRIG_SHARE="$e2e_root/scenarios"

clients_met=0
content='{ ext4: { files: 30, bytes: 10MiB } }'
bad_sector='offset=6291713..6291714' # in the middle of a file of $content

# This content shows where a file is in an image.
marked='the middle of a file'

# a_marked_file - 3 MB, on stdout.
a_marked_file()
{
	openssl rand 1500000
	echo "$marked"
	openssl rand 1500000
}

# content_is_image - makes the file `image` the content of the volume; its marked file is struck.
content_is_image()
{
	bad_at=$(grep -obUa "$marked" image | cut -d: -f1)
	content='{ image: image }' image_size='' bad_sector="offset=$bad_at..$((bad_at + 1))"
}

# content_xfs - a volume with XFS, which needs root; false if it cannot be made.
content_xfs()
{
	command -v mkfs.xfs >/dev/null || return
	rm -f image
	truncate -s 320M image
	mkfs.xfs -q image
	mkdir files
	mount_loop image files
	for file in 1 2 3 4; do
		openssl rand 1500000 >files/$file
	done
	a_marked_file >files/file
	ln files/file files/hard
	umount_loop image files
	content_is_image
}

# content_ntfs - a volume with NTFS; false if it cannot be made.
content_ntfs()
{
	command -v ntfscp >/dev/null && command -v mkfs.ntfs >/dev/null || return
	rm -f image
	truncate -s 16M image
	mkfs.ntfs -q -F image >/dev/null 2>&1
	a_marked_file >file
	ntfscp -q image file file
	content_is_image
}

# clients_scenario NAME CLIENT - makes it from the steps of all phases, with $content.
clients_scenario()
{
	cat >"$1.yaml" <<-END
		name: $1
		seed: 7
		profile: plain
		time-limit: 120s
		volume: { ${image_size-size: 16MiB,} content: $content }
		client: $2
		phases:
		$(sed 's/^/  /')
	END
}

# is_run NAME - it meets its expectations; false if its tool is not installed.
is_run()
{
	e2e_status=0
	rig run "$1.yaml" >tap 2>said || e2e_status=$?
	case $e2e_status in
	0) ;;
	77) sed -n 's/^ok 1 - /SKIP: /p' tap ;;
	*)
		cat "$1.yaml" tap said
		fail "client '$client' is another than is known"
		;;
	esac
	nothing_left
	return "$e2e_status"
}

# meets CLIENT VERDICT AFTER [written|kept] - the backup of an intact snapshot is intact, and so is
# the next one into the same repository; with a read error the verdict is VERDICT, and afterwards
# AFTER.  Every intact backup can still be restored later.  With `written`, which does not suit
# clients that compare times, the test writes to another part of the volume before each backup; with
# `kept`, too, and one backup exists before the bad one, which must not damage it.
meets()
{
	client=$1
	write=${4:+'- write: { name: w, pattern: random, bytes: 1MiB }'}
	earlier="- steady: [ snapshot: s0, backup: { of: s0, to: b0 }, ${write#- } ]"
	clients_scenario "$client" "$client" <<-END || return
		- steady:
		    - snapshot: s1
		    - backup: { of: s1, to: b1 }
		    - expect: { verdict: intact, exit: zero, leaks: none }
		    ${write:-# nothing is new}
		    - snapshot: s2
		    - backup: { of: s2, to: b2 }
		    - expect: { verdict: intact, content: s2, leaks: none }
		    - restore: { from: b1 }
		    - expect: { content: s1 }
	END
	is_run "$client" || return 0
	[ "${4:-}" = kept ] || earlier=
	clients_scenario "$client-bad" "$client" <<-END
		$earlier
		- inject:
		    - fault: "snapshot.read error=EIO $bad_sector phase=inject"
		    - snapshot: s1
		    - backup: { of: s1, to: b1 }
		    - expect: { verdict: $2 }
		- recover:
		    - fault: "snapshot.read delay=1us phase=recover" # who is still wrong is so in a fault
		    - snapshot: s2
		    - backup: { of: s2, to: b2 }
		    - expect: { verdict: $3 }
	END
	is_run "$client-bad" || fail "the tool of '$client' has gone"
	clients_met=$((clients_met + 1))
	echo "ok: $client: $2, then $3"
}
