#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What each command prints with --json, of each profile where it makes a difference, is what its
# schema says; what is no such document is refused by it; no schema is there for nothing, and no
# command without one.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_schema.sh"

requires jq
has_jsonschema || skip "python3-jsonschema is missing"

# keeps SCHEMA EXITS COMMAND... - what it prints is a document of SCHEMA; it is looked at in the
# end.  EXITS is an extended regular expression.
keeps()
{
	name=$1 exits=$2 exit_code=0
	shift 2
	documents=$((documents + 1)) file=$documents.json
	[ "$name" != events ] || file=${file}l
	"$@" >"$file" 2>stderr || exit_code=$?
	echo "$exit_code" | grep -qxE "$exits" || fail "exit $exit_code of $*: $(cat stderr)"
	echo "$name $file" >>printed
}

# prints SCHEMA EXITS WORD... - the same of a command of ours.
prints()
{
	schema=$1 exits=$2
	shift 2
	echo "$*" >>typed
	keeps "$schema" "$exits" rig "$@" --json
}
documents=0

mkdir mnt
for profile in plain datto actiphy elastio lvm vss xen; do
	prints made 0 create $profile.img --size 8MiB
	prints mount 0 mount $profile.img mnt --profile $profile --writer 'simulated name=x' \
		--fault 'snapshot.read error=EIO times=1'
	write_at 0 65536 mnt/live
	prints snapshot 0 snapshot create mnt s0
	write_at 0 131072 mnt/live
	cat mnt/snapshots/s0 >/dev/null 2>&1 || true
	cat mnt/snapshots/s0 >/dev/null
	prints status 0 status mnt
	prints snapshots 0 snapshot list mnt
	prints changed 0 snapshot changed mnt s0
	prints writers 0 writers list mnt
	prints faults 0 fault list mnt
	if [ $profile = xen ]; then
		prints snapshot 0 snapshot clone mnt s0 c0
		prints chain 0 coalesce mnt --wait
		prints status 0 status mnt
	else
		prints error 2 coalesce mnt
	fi
	prints "done" 0 fault add mnt 'snapshot.create error=ENOSPC name=full'
	prints "done" 0 fault remove mnt full
	prints "done" 0 fault clear mnt
	prints "done" 0 fault release mnt
	prints "done" 0 gauge set mnt memory.used 50%
	prints "done" 0 gauge release mnt memory.used
	prints "done" 0 writers add mnt 'simulated name=y'
	prints "done" 0 writers freeze mnt
	prints "done" 0 writers thaw mnt
	prints "done" 0 writers notify mnt abort
	prints "done" 0 writers kill mnt y
	prints error '[24]' writers freeze mnt
	prints writers 0 writers list mnt
	prints "done" 0 writers remove mnt y
	prints list.mounts 0 list mounts
	case $profile in
	datto | xen) prints top 0 top mnt --once ;;
	esac
	case $profile in
	lvm)
		prints snapshot 0 snapshot rename mnt s0 s1
		prints snapshot 0 snapshot detach mnt s1
		prints snapshot 0 snapshot limit mnt s1 4MiB
		prints snapshot 0 snapshot attach mnt s1
		prints snapshots 0 snapshot list mnt
		;;
	datto)
		prints "done" 0 datto umount mnt
		prints status 0 status mnt
		prints "done" 0 datto mount mnt
		prints "done" 0 snapshot delete mnt s0
		;;
	esac
	prints events 0 events mnt
	prints error 4 mount $profile.img mnt
	prints umount 0 umount mnt
	prints verify 0 verify $profile.img
done

prints error 2 status mnt
prints error 2 snapshot crate mnt
for list in profiles points gauges scenarios clients failures commands; do
	prints list.$list 0 list $list
done
prints doctor '0|77' doctor

cat >mine.yaml <<'END'
name: mine
profile: actiphy
volume: { size: 16MiB, content: random }
client: dd
phases:
  - inject:
      - snapshot: s1
      - fault: snapshot.read error=EIO offset=8MiB..
      - backup: { of: s1, to: b1 }
      - expect: { verdict: detected }
END
printf 'name: yes\n' >bad.yaml
prints validate 0 validate mine.yaml
prints validate 2 validate bad.yaml
prints error 2 run bad.yaml
prints run-list 0 run --list mine.yaml
prints report 0 run mine.yaml --record records
cp records/mine.jsonl .
rig run mine.yaml --report json=first.json >out
prints report 0 report merge first.json
echo "record mine.jsonl" >>printed
prints replay 0 replay mine.jsonl
prints shrink 0 shrink mine.jsonl

copy="cat {snapshot} >{out}"
# What takes a command takes --json before it.
for word in check sweep compare; do
	echo $word >>typed
done
keeps check 0 rig check --size 4MiB --json -- "$copy"
keeps check 0 rig check --size 4MiB --failure read-error --json -- "$copy"
keeps checks '0|1|3|124' rig check --size 1MiB --profile elastio --failure all --time-limit 1s \
	--json -- "$copy"
keeps sweep 0 rig sweep --size 1MiB --failure read-error --json -- "$copy"
keeps compare 0 rig compare --size 4MiB --rounds 1 --json -- "$copy" -- "cp {snapshot} {out}"
keeps error 2 rig compare --size 4MiB --json -- "$copy"
prints matrix '0|1' matrix cp --size 4MiB --failures none,read-error

truncate -s 1M source
prints made 0 backup source backup
prints made 0 restore backup restored
prints error 1 restore source nowhere

# A pool, and what Xen Orchestra keeps of a VM.
prints xapi-demo '0|77' xapi demo
if [ "$exit_code" = 77 ]; then
	sed -i '/^xapi-demo /d' printed
	echo "CUT: $(cat stderr)"
	echo "xapi-demo $(cat stderr)" >unused
fi
kept=remote/xo-vm-backups/vm
mkdir -p $kept/vdis/job/disk
: >$kept/vdis/job/disk/one.vhd
cat >$kept/20261128T003000Z.json <<'END'
{"mode": "delta", "vhds": {"OpaqueRef:1": "vdis/job/disk/one.vhd"},
 "vdis": {"OpaqueRef:1": {"name_label": "system"}}}
END
prints restore-points 0 xapi restore remote --vm vm --list
prints error 2 xapi flatten $kept/vdis/job/disk/one.vhd flat
prints bench 0 bench --dir "$work" --size 16MiB --seconds 100ms --rounds 1 snapshot-time

# What no run here prints, and why.
cat >>unused <<'END'
lvm needs root and LVM: the_journal_of_lvm_commands_tells_what_is_left
measures is a part of others
END
for schema in "$e2e_root"/schemas/*.schema.json; do
	name=$(basename "$schema" .schema.json)
	grep -q "^$name " printed unused || fail "no output is of the schema '$name'"
done

# Likewise of the commands: this is what they print, or what is printed of them there.
cat >unused <<'END'
lvm the_journal_of_lvm_commands_tells_what_is_left
demo it is a matrix
END
rig list commands --json |
	jq -r '.commands[] | select(any(.options[]; .name == "json")) | .name' >of-json
[ "$(wc -l <of-json)" -ge 50 ] || fail "few commands print JSON: $(cat of-json)"
while read -r command; do
	grep -qE "^$command( |\$)" typed unused ||
		fail "nothing of '$command' is held against a schema"
done <of-json

# The same documents, but wrong: what is missing, what nobody knows, and another version.
status=$(sed -n 's/^status //p' printed | head -n 1)
changes=0
while read -r change; do
	changes=$((changes + 1))
	jq "$change" "$status" >wrong-$changes.json
	echo "status wrong-$changes.json" >>printed
	echo "$change" >>changes
done <<'END'
del(.profile)
.colour = "red"
.schema_version = 2
.snapshots[0].state = "well"
.snapshots[0].store.blocks = -1
.gauges."store.used".value = "50%"
END
by_schema --lint <printed >looked_at || true
for change in $(seq $changes); do
	grep -q "^wrong-$change.json: " looked_at ||
		fail "a status is right after $(sed -n "${change}p" changes)"
done
! grep -vE '^(ok |wrong-[0-9]*\.json: )' looked_at ||
	fail "a document is not as its schema says, or a schema is not in order"
echo "$(grep -c '^ok ' looked_at) documents are as their schemas say"
