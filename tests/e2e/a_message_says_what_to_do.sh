#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What is typed wrongly is answered by a message that says what is wrong and what to do, and by
# the exit code that is promised.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_messages.sh"

requires jq
mount_volume 1MiB --profile datto
mkdir -p empty folder
rig snapshot create mnt monday >/dev/null
rig writers add mnt 'simulated name="System Writer"'

# ---- a word that is almost right ----

messages <<'END'
2 | unknown command 'snapsho' \(did you mean 'snapshot'\?\) | snapsho
2 | unknown command 'frobnicate' \(see 'snaprig --help'\) | frobnicate
2 | action 'crate' of 'snapshot' .did you mean 'create'\? all actions: create, | snapshot crate
2 | unknown action 'mkdir' of 'snapshot' \(see --help; all actions: create, | snapshot mkdir
2 | 'fault' needs an action \(one of: add, list, remove, clear, release\) | fault
2 | unknown option '--profil' \(did you mean '--profile'\?\) | mount vol.img mnt --profil datto
2 | unknown option '--raed-ahead=2MiB' \(did you mean '--read-ahead'\?\) | mount --raed-ahead=2MiB
2 | unknown option '-profile' \(did you mean '--profile'\?\) | mount -profile datto
2 | unknown option '--xyzzy' \(see 'snaprig run --help'\) | run --xyzzy
2 | unknown profile 'dato' \(did you mean 'datto'\?\) | mount volume.img folder --profile dato
2 | unknown profile 'dato' \(did you mean 'datto'\?\) | check --profile dato -- true
2 | unknown profile 'ntfs' \('snaprig list profiles' shows them\) | check --profile ntfs -- true
2 | unknown writer 'strom' \(did you mean 'storm'\?\) | check --writer strom -- true
2 | unknown way 'tee' to give a snapshot \(did you mean 'tree'\?\) | check --gives tee -- true
2 | unknown failure 'read-eror' \(did you mean 'read-error'\?\) | check --failure read-eror -- true
2 | unknown way 'offset' to sweep \(did you mean 'offsets'\?\) | sweep --by offset -- true
2 | unknown list 'profile' \(did you mean 'profiles'\?\) | list profile
2 | unknown list 'nothing' \(one of: profiles points | list nothing
2 | cannot read report 'htm=x' \(did you mean 'html'\?\) | compare --report htm=x -- true -- true
2 | cannot read report 'json' \(try html=FILE or json=FILE\) | compare --report json -- true -- true
2 | unknown retry policy 'aip' \(did you mean 'aip-2018'\?\) | backup a b --retry aip
2 | unknown gauge 'memory.usd' \(did you mean 'memory.used'\?\) | gauge set mnt memory.usd 85%
2 | 'snapshot.raed' at column 1; did you mean 'snapshot.read' | fault add mnt 'snapshot.raed hang'
2 | no snapshot 'mondya' \(did you mean 'monday'\?\) | snapshot delete mnt mondya
2 | no writer 'System Writr' \(did you mean 'System Writer'\?\) | writers remove mnt 'System Writr'
2 | no fault '7' \(there is none\) | fault remove mnt 7
2 | unknown event 'abrot' \(did you mean 'abort'\?\) | writers notify mnt abrot
255 | dbdctl has no command 'destry' \(did you mean 'destroy'\?\) | datto ctl mnt destry 0
255 | dbdctl has no command 'foo' \('snaprig datto ctl MNT help' shows | datto ctl mnt foo
255 | ^error interpreting destroy parameters | datto ctl mnt destroy
END

# ---- what cannot be done ----

messages <<'END'
2 | expected 'IMAGE --size SIZE' | create
2 | 'volume.img' exists already, and is never overwritten | create volume.img --size 1MiB
2 | cannot read size '1.5GiB' .try 1536MiB | create f.img --size 1.5GiB
2 | cannot read size '0.5KiB' .try 512\) | create f.img --size 0.5KiB
2 | cannot read size '1.3KiB' .try 64MiB | create f.img --size 1.3KiB
4 | has image '.*volume.img' mounted on it .'snaprig umount .*mnt' ends it | mount volume.img mnt
4 | by another rig, on '.*mnt' .'snaprig umount .*mnt' ends it | mount volume.img folder
2 | snapshot 'monday' exists already | snapshot create mnt monday
2 | the profile allows one snapshot at a time .delete the other first | snapshot create mnt two
2 | only a chain has clones .try --profile xen | snapshot clone mnt monday two
2 | value '185%' of gauge 'memory.used' is more than 100% | gauge set mnt memory.used 185%
0 |  | snapshot delete mnt monday
0 |  | fault add mnt snapshot.commit error=EINVAL times=1 name=once
2 | Invalid argument .a fault struck: see 'snaprig fault list MNT' | snapshot create mnt monday
0 |  | fault clear mnt
0 |  | snapshot create mnt monday
END

# ---- a writer that is not there ----

echo 'exit 0' >hook
messages <<'END'
2 | hook '/nosuch': No such file or directory .path= names it | writers add mnt hook path=/nosuch
2 | mount point '/nosuch': No such file | writers add mnt fsfreeze path=/nosuch
2 | hook '/proc' is no program$ | writers add mnt hook path=/proc
2 | hook '.*' is no program that may be run .chmod .x | writers add mnt hook path=$work/hook name=h
2 | hook '/nosuch': No such file | mount volume.img folder --writer 'hook path=/nosuch'
END
same 1 "$(status '.writers | length')" "writers"
chmod +x hook
messages <<'END'
0 |  | writers add mnt hook path=$work/hook name=hook
0 |  | writers remove mnt hook
END

# ---- words that need no quotes ----

messages <<'END'
0 |  | fault add mnt snapshot.read error=EIO offset=24KiB..28KiB name=bad
0 |  | fault add mnt writer.freeze error=EIO writer="System Writer" name=quoted
0 |  | fault add mnt 'writer.freeze error=EIO writer="System Writer" name=quoted'
2 | fault: a space in the value of 'file' | fault add mnt 'live.read hang file="/a b"'
2 | cannot add the fault: unknown key 'eror' at column 15 | fault add mnt snapshot.read eror=EIO
0 |  | writers add mnt simulated name="SQL Server" freeze=1ms
0 |  | writers kill mnt SQL_Server
0 |  | writers remove mnt SQL Server
2 | no writer 'SQL Server' | writers remove mnt SQL Server
END
same "snapshot.read error=EIO offset=24KiB..28KiB name=bad
writer.freeze error=EIO writer=System_Writer name=quoted" "$(status '.faults[].rule')" "rules"

# ---- arguments in another order, and something else in their place ----

cat >x.yaml <<'END'
name: x
END
echo '{}' >x.jsonl
rig create other.img --size 1MiB
messages <<'END'
2 | but one is on 'mnt': MNT comes first .snaprig snapshot create mnt s0\) | snapshot create s0 mnt
2 | MNT comes first .snaprig gauge set mnt memory.used 85% | gauge set memory.used mnt 85%
2 | MNT comes first .snaprig snapshot changed mnt monday\) | snapshot changed monday mnt
2 | no snapshot 'mnt' | snapshot delete mnt mnt
2 | no volume is mounted on 'folder' .'snaprig list | snapshot delete folder /proc
2 | 'folder' is a folder, and 'other.img' is a file: IMAGE comes first | mount folder other.img
2 | image 'other.img' is not mounted .'snaprig mount other.img MNT' mounts it | status other.img
2 | image 'other.img' is not mounted | umount other.img
2 | no volume is mounted on 'folder' .'snaprig list mounts' tells where | status folder
2 | there is no mount point and no image 'nosuch' | events nosuch
2 | 'x.yaml' is a scenario, and no record .'snaprig run' runs it | replay x.yaml
2 | 'x.yaml' is a scenario, and no record | shrink x.yaml
2 | 'x.jsonl' is a record, not a scenario .'snaprig replay x.jsonl' runs it again | run x.jsonl
END
same "$image" "$(rig status volume.img --json | jq -r .image)" "status of an image"

# ---- the catalog by name ----

messages <<'END'
2 | with that name in the catalog .did you mean 'lvm-removed- | run lvm-removed-while-red
2 | with that name in the catalog .did you mean 'lvm-onapp-detection' | validate onapp-detect
2 | no file 'zzz', and .* in the catalog .'snaprig list scenarios' shows | run zzz
2 | ^zzz/y.yaml: cannot read scenario: No such file or directory | run zzz/y.yaml
END
same lvm-removed-while-read "$(rig run --list lvm-removed-while-read)" "one scenario"
same lvm-onapp-windows-kpartx-kpartx "$(rig run --list lvm-onapp-windows-kpartx-kpartx)" \
	"one cell of a matrix"
same 3 "$(rig run --list onapp-windows | wc -l)" "scenarios of a file with a matrix"
same 3 "$(rig run --list onapp-windows.yaml | wc -l)" "the same, as its file is called"
same 3 "$(rig run --list lvm-onapp-windows | wc -l)" "scenarios of a file in a folder"
find "$e2e_root/scenarios/catalog/vss" -name '*.yaml' -not -path '*/clients/*' | sort >files
rig run --list --json vss | jq -r '[.scenarios[].path] | unique[]' | diff - files ||
	fail "not the files of a folder"
# As it is installed.
mkdir -p usr/bin usr/share
cp "$SNAPRIG" usr/bin/snaprig
ln -s "$e2e_root/scenarios" usr/share/snaprig
same lvm-onapp-detection "$(usr/bin/snaprig run --list lvm-onapp-detection)" "installed"
same "ok $e2e_root/scenarios/catalog/lvm/onapp-detection.yaml" \
	"$(usr/bin/snaprig validate onapp-detection)" "validate"

# ---- surroundings that lack something ----

messages env TMPDIR=/proc <<'END'
4 | cannot make a folder in '/proc': .* .set TMPDIR to use another place | mount --size 1MiB -- true
END
TMPDIR=/proc rig check -- cp {snapshot} {out} >said && fail "check has a work folder in /proc"
grep -q "work folder in '/proc': .* (--work FOLDER or TMPDIR chooses another" said ||
	fail "check does not say why: $(cat said)"
# Neither a home nor a locale is asked for, and a home is not written to.
messages env -i PATH="$PATH" <<'END'
0 |  | mount other.img folder
0 |  | status folder
0 |  | umount folder
END
messages env HOME=/proc LC_ALL=none.UTF-8 <<'END'
0 |  | mount other.img folder
0 |  | umount folder
END
messages "$E2E_TOOLS/forbid" 1 <<'END'
77 | cannot mount: io_uring is forbidden .sysctl kernel.io_uring_disabled=0 | mount other.img folder
END

# ---- the width of a terminal ----

# on_terminal COLUMNS TERM COMMAND - its lines.
on_terminal()
{
	script -qec "stty cols $1; TERM=$2 $3" /dev/null </dev/null | tr -d '\r'
}
if command -v script >/dev/null; then
	for command in "list scenarios" "list points" "--help" "mount --help" "fault --help" \
		"status mnt"; do
		for size in "20 dumb" "80 xterm"; do
			# What is too long is one word, or an example, which is to be copied.
			on_terminal "${size% *}" "${size#* }" "$SNAPRIG $command" |
				awk -v columns="${size% *}" '/^examples:/ { whole = 1 }
					/^exit codes:/ { whole = 0 }
					!whole && length($0) > columns && NF > 1' >long
			[ ! -s long ] || fail "$command is too long for $size: $(head -3 long)"
		done
	done
fi
rig list scenarios >whole
COLUMNS=20 rig list scenarios | cmp - whole || fail "what is no terminal gets other lines"
awk 'length($0) > 150 { found = 1 } END { exit !found }' whole || fail "lines are not whole"
# Help is read in a pager, too.
rig list commands --json | jq -r '.commands[].name' >names
[ "$(grep -c . names)" -gt 40 ] || fail "only $(grep -c . names) commands"
while read -r name; do
	# shellcheck disable=SC2086 # two words, of `fault add`
	rig $name --help </dev/null >help
	awk 'length($0) > 100' help >long
	[ ! -s long ] || fail "too long: $name: $(head -3 long)"
done <names

rig umount volume.img
! is_mounted "$mnt" || fail "umount of an image leaves it mounted"
no_message_was_wrong
