# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# e2e_run.sh - for scripts about `snaprig run`; sourced after e2e.sh.
#
# They have clients of their own: SNAPRIG_SHARE is a folder of the test.
# shellcheck disable=SC2154 # $work and $e2e_root are of e2e.sh

export SNAPRIG_SHARE="$work/share" TMPDIR="$work/tmp"
mkdir -p "$SNAPRIG_SHARE/clients" "$TMPDIR"
cp "$e2e_root"/scenarios/clients/*.yaml "$SNAPRIG_SHARE/clients"

# client NAME BACKUP RESTORE [LINE] - makes an adapter; LINE is added to it.
client()
{
	cat >"$SNAPRIG_SHARE/clients/$1.yaml" <<-END
		about: a client of a test
		backup: |-
		  $2
		restore: |-
		  $3
		publishes: [ "{out}" ]
		${4:-}
	END
}

# scenario NAME CLIENT CONTENT - makes NAME.yaml; its steps after s1 are read from stdin.
scenario()
{
	cat >"$1.yaml" <<-END
		name: $1
		about: a scenario of a test
		seed: 7
		profile: actiphy
		time-limit: ${time_limit:-60s}
		volume: { size: 32MiB, content: $3 }
		client: $2
		phases:
		  - inject:
		      - snapshot: s1
		$(sed 's/^/      /')
	END
}

# every_outcome - makes good.yaml, and one scenario for each way not to pass: hostile, which fails
# and prints what confuses readers, absent, flaky, and idle, which is inconclusive.
every_outcome()
{
	client good "cat {snapshot} >{out}" "cat {out} >{restored}"
	client hostile "printf 'a]]>b<script>&amp;\\033[31m\\000z\\303\\n# x\\nok 9 - x\\n1..2\\n' >&2
  exit 1" "cat {out} >{restored}"
	client absent "true" "true" "requires: [ no-such-tool ]"
	client flaky "[ -e $work/ran ] || { touch $work/ran; echo the first time; exit 1; }
  cat {snapshot} >{out}" "cat {out} >{restored}"
	e2e_steps='- backup: { of: s1, to: b1 }
- expect: { verdict: intact }'
	for e2e_name in good hostile absent flaky; do
		echo "$e2e_steps" | scenario "$e2e_name" "$e2e_name" zeros
	done
	printf -- '- fault: "snapshot.read error=EIO when=store.used>=90%%"\n%s\n' "$e2e_steps" |
		scenario idle good zeros
}

# ran EXIT SCENARIO [OPTION...] - runs it; it must exit with EXIT and leave nothing.
ran()
{
	e2e_wanted=$1
	shift
	e2e_status=0
	rig run "$@" >tap 2>said || e2e_status=$?
	sed 's/^/  /' tap said
	[ "$e2e_status" = "$e2e_wanted" ] || fail "exit $e2e_status and not $e2e_wanted: run $*"
	nothing_left
}

nothing_left()
{
	same "" "$(ls -A "$TMPDIR")" "work folder"
	[ -z "$(mounts_below "$TMPDIR")" ] || fail "something is still mounted"
	no_rig_runs || fail "a rig is still running"
}

# tells TEXT - the run printed it (an extended regular expression).
tells()
{
	grep -qE -e "$1" tap || fail "does not tell '$1'"
}

# A burst that overflows a store of 10 % when a quarter has been read.
# shellcheck disable=SC2034 # for the scripts
burst='- write: { name: burst, pattern: random, bytes: 8MiB, start: "read.progress>=25%" }'

# steps NAME PROFILE [LINE] - makes NAME.yaml; its steps are read from stdin.
steps()
{
	cat >"$1.yaml" <<-END
		name: $1
		seed: 7
		profile: $2
		volume: { size: 4MiB, content: random }
		client: dd
		${3:-}
		phases:
		  - work:
		$(sed 's/^/      /')
	END
}
