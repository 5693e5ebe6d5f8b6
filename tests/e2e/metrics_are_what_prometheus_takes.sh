#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The metrics of every profile are what Prometheus takes, faults and writers among them; a file
# of them is always whole; and the dashboard asks for no metric that there is not.
. "${0%/*}/../lib/e2e.sh"

requires jq
profiles=$(rig list profiles --json | jq -r '.profiles[].name')
dashboard=$e2e_root/docs/grafana-dashboard.json

# has FILE SAMPLE - as a whole line, IMAGE for the label that all have.
has()
{
	sed "s|image=\"[^\"]*/|image=\"|" "$1" | grep -qxF -e "$2" || fail "no '$2' in $1:
$(cat "$1")"
}

# has_fault PROFILE WHAT POINT NAME ID COUNT - of a rule whose action is error.
has_fault()
{
	labels="point=\"$3\",action=\"error\",name=\"$4\",id=\"$5\""
	has "$1.prom" "snaprig_fault_$2_total{image=\"$1.img\",$labels} $6"
}

for profile in $profiles; do
	rig create "$profile.img" --size 16MiB
	mkdir "$profile"
	rig mount "$profile.img" "$profile" --profile "$profile"
	set -- "$profile" s0
	[ "$profile" != lvm ] || set -- "$@" --limit 8MiB
	rig snapshot create "$@"
	rig writers add "$profile" 'simulated name=SQL'
	# Two rules alike are two series.
	for _ in 1 2; do
		rig fault add "$profile" 'live.read error=EIO times=1' >/dev/null
	done
	rig fault add "$profile" 'control.command error=EIO after=99 name=bad' >/dev/null
	write_at 0 65536 "$profile/live"
	for _ in 1 2; do
		! head -c 4096 "$profile/live" >/dev/null 2>&1 || fail "$profile: no fault"
	done
	rig status "$profile" --metrics --output "$profile.prom"
	rig umount "$profile"
	has_fault "$profile" fired live.read '' 1 1
	has_fault "$profile" fired live.read '' 2 1
	# Who collects metrics is no hit.
	has_fault "$profile" seen control.command bad 3 0
	# Every kind of request has its histogram, also one that there was none of.
	same 7 "$(grep -c '^snaprig_request_duration_seconds_count' "$profile.prom")" kinds
	same 147 "$(grep -c '^snaprig_request_duration_seconds_bucket' "$profile.prom")" buckets
	labels="request=\"write\",view=\"live\""
	bucket="snaprig_request_duration_seconds_bucket{image=\"$profile.img\""
	has "$profile.prom" "$bucket,$labels,le=\"+Inf\"} 1"
	has "$profile.prom" "snaprig_writer_frozen{image=\"$profile.img\",writer=\"SQL\"} 0"
done
has xen.prom 'snaprig_chain_depth{image="xen.img"} 2'
has xen.prom 'snaprig_chain_depth_limit{image="xen.img"} 30'
has xen.prom 'snaprig_chain_nodes{image="xen.img",role="live"} 1'
! grep -q snaprig_chain_nodes plain.prom || fail "plain has a chain"

# What the dashboard asks for is there.
jq -e '.uid == "snaprig" and (.panels | length) > 5' "$dashboard" >/dev/null || fail "no dashboard"
sort -u ./*.prom | sed -n 's/^\(snaprig_[a-z0-9_]*\).*/\1/p' | sort -u >there
jq -r '.. | .expr? // empty, .query?.query? // empty' "$dashboard" 2>/dev/null |
	grep -o 'snaprig_[a-z0-9_]*' | sort -u >asked
[ "$(wc -l <asked)" -gt 15 ] || fail "the dashboard asks for little: $(cat asked)"
missing=$(comm -23 asked there)
[ -z "$missing" ] || fail "the dashboard asks for what there is not: $missing"

# A file is written whole, beside the one that is there, with the usual rights.
rig mount plain.img plain
(umask 027 && rig status plain --metrics --output a.prom)
same 640 "$(stat -c %a a.prom)" "rights"
ln a.prom old
rig status plain --metrics --output a.prom
[ "$(stat -c %i a.prom)" != "$(stat -c %i old)" ] || fail "it was written in place"
rig status plain --json --output /dev/stdout | jq -e .schema_version >/dev/null ||
	fail "no status in a pipe"
mkdir empty
refused 4 "cannot write 'empty/no/a.prom'" rig status plain --metrics --output empty/no/a.prom
if [ -w /dev/full ]; then
	refused 4 "cannot write '/dev/full': No space" rig status plain --output /dev/full
fi
same '' "$(find . -name 'a.prom.*')" "what is left beside it"
rig umount plain
cp a.prom before
refused 2 "no volume is mounted" rig status plain --metrics --output a.prom
cmp a.prom before || fail "a file was touched without a volume"

command -v promtool >/dev/null || skip "the last check needs 'promtool' (package prometheus)"
for profile in $profiles; do
	promtool check metrics <"$profile.prom" >said 2>&1 || fail "$profile: $(cat said)"
	[ ! -s said ] || fail "$profile: $(cat said)"
done
