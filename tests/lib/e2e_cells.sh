# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# e2e_cells.sh - tables of how each adapter's tool handles each failure; sourced after
# e2e_clients.sh.
#
# A row is a client and a letter for each failure: `i`ntact, `d`etected, `m`isreported,
# `s`ilent-corruption, `h`ung; `.` if not known.
#
# shellcheck disable=SC2154 # $work and the like are of e2e.sh and e2e_run.sh

# When a failure in the middle strikes; the clients read most of their volumes.
moment='read.progress>=25%'

# failing FAILURE - prints the steps that cause it; sets the profile, the volume's limit, and the
# client's time limit.
failing()
{
	profile=plain limit='' patience=120s writes=''
	steps='- fault: "snapshot.read delay=1ms"'
	burst="- write: { name: burst, pattern: random, bytes: 8MiB, start: '$moment'"
	case $1 in
	short) steps='- fault: "snapshot.read short=512 after=4 every=3"' ;;
	zero) steps="- fault: \"snapshot.read zero $bad_sector\"" ;;
	killed) steps="- fault: 'snapshot.read crash when=$moment'" ;;
	removed) steps='- fault: "snapshot.read fail-snapshot when=read.progress>=50%"' ;;
	delay) steps='- fault: "snapshot.read delay=3s times=1 after=4"' ;;
	hang | deleted) steps="- fault: 'snapshot.read hang times=1 when=$moment'" ;;
	lvm | vss) profile=$1 limit='limit: 3MiB,' writes="$burst }" ;;
	datto | elastio) profile=$1 writes="$burst }" ;;
	xen) profile=xen limit='limit: 21MiB,' writes="$burst, fails: ENOSPC }" ;;
	memory)
		profile=actiphy
		writes="- gauge: { name: memory.used, value: 85%, start: '$moment' }
- write: { name: touch, pattern: random, bytes: 64KiB, start: '$moment' }"
		;;
	esac
	case $1 in
	hang) patience=8s ;;
	deleted) patience=20s ;;
	esac
	steps="$steps
$writes"
}

name_of()
{
	case $1 in
	i) echo intact ;;
	d) echo detected ;;
	m) echo misreported ;;
	s) echo silent-corruption ;;
	h) echo hung ;;
	esac
}

# a_read_hangs - in the current run; sets its mount.
a_read_hangs()
{
	for mnt in "$TMPDIR"/snaprig-*/mnt; do
		"$SNAPRIG" fault list "$mnt" --json 2>/dev/null |
			jq -ne 'input.faults[0].fired > 0' >/dev/null 2>&1 && return
	done
	return 1
}

# delete_under_the_reader - while its read hangs, which is then released; the output of rm is in
# `deleted`.
delete_under_the_reader()
{
	wait_until 100 a_read_hangs || return 0
	! rm -f "$mnt/snapshots/s1" 2>deleted || echo "it was deleted" >>deleted
	rig fault release "$mnt" >/dev/null
}

# has_met FAILURE - checks what else must be seen of it in the finished run.
has_met()
{
	case $1 in
	hang)
		grep -q 'verdict: hung.* [^ ]* (pid [0-9]*) in ' tap ||
			fail "$client: where it hung is not told: $(cat tap)"
		;;
	deleted)
		grep -q 'Device or resource busy' deleted ||
			fail "$client: the deletion: $(cat deleted)"
		;;
	esac
}

# meets_failure CLIENT FAILURE VERDICT - true also if the tool is not installed.
meets_failure()
{
	failing "$2"
	client="$1 under $2"
	clients_scenario run "$1" <<-END
		- inject:
		    - snapshot: s1
		$(echo "$steps" | sed 's/^/    /')
		    - backup: { of: s1, to: b1 }
		    - expect: { verdict: $3 }
	END
	sed -i "s/^profile: .*/profile: $profile/; s/^time-limit: .*/time-limit: $patience/
		s/^volume: { /&$limit /" run.yaml
	e2e_status=0 remover=
	: >deleted
	if [ "$2" = deleted ]; then
		delete_under_the_reader &
		remover=$!
	fi
	rig run run.yaml >tap 2>said || e2e_status=$?
	# If nothing hung, it is still waiting.
	[ -z "$remover" ] || { kill "$remover" && wait "$remover"; } 2>/dev/null || :
	case $e2e_status in
	0)
		has_met "$2"
		clients_met=$((clients_met + 1))
		;;
	77) ;; # its tool is not here, or this is not root
	3)
		echo "late: $client: it had read all when it struck"
		late=$((late + 1))
		;;
	*)
		cat run.yaml tap said
		fail "$client is another than is known"
		;;
	esac
	nothing_left
}

# meets_cells 'FAILURE...' [PART OF] - tests the rows on stdin cell by cell, in this part of the
# test's time.
meets_cells()
{
	awk -v names="$1" '{ n = split(names, name, " ")
		for (i = 1; i <= n; i++) if ($(i + 1) != ".") print $1, name[i], $(i + 1) }' >table
	all=$(wc -l <table) done=0 late=0 clients_met=0
	while ! budget_is_over "$done" "$all" cells "${2:-1}" "${3:-1}" &&
		read -r of failure letter; do
		done=$((done + 1))
		meets_failure "$of" "$failure" "$(name_of "$letter")" </dev/null
	done <table
	[ "$done" = 0 ] || [ "$clients_met" -gt 0 ] || fail "not one client was run"
	[ "$late" -le $((done / 10 + 1)) ] || fail "$late of $done failures came too late"
	echo "ok: $clients_met of $done"
}
