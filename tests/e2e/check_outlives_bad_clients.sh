#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Clients that do harm: each gets a verdict, or a clear message, and the right exit code; and
# nothing is left mounted, running or lying about.  So it is after a signal at any moment.
# shellcheck disable=SC2016 # for the other shell
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_check.sh"

requires jq

# bad CODE VERDICT WHY ARGUMENT... - WHY is a pattern of what is said.
bad()
{
	e2e_code=$1 e2e_verdict=$2 e2e_why=$3
	shift 3
	e2e_status=0
	timeout 400 "$SNAPRIG" check --size 4MiB --time-limit 200s --json "$@" \
		>result.json 2>said || e2e_status=$?
	result_tells "$*"
	same "$e2e_code" "$e2e_status" "exit of check $*"
	same "$e2e_verdict" "${e2e_told% *}" "verdict of check $*"
	sed -n 's/^  "why": //p' told | grep -qE -e "$e2e_why" || fail "does not say '$e2e_why': $*"
	nothing_is_left "$*"
}

copy='cp {snapshot} {out}'

# ---- what it is, and what it prints ----

bad 1 detected "" -- "$work/no-such-program" {snapshot} {out}
mkdir folder
bad 1 detected "" -- "$work/folder"
bad 0 intact "" -- 'head -c 256M /dev/zero >&2; '"$copy"
bad 0 intact "" -- 'exec >&- 2>&-; '"$copy"
bad 0 intact "" -- 'cd /; '"$copy"

# ---- how it ends ----

bad 124 hung "outlived" --time-limit 1s -- sh -c 'trap "" TERM INT; while :; do sleep 0.1; done'
bad 1 detected "" -- 'kill -9 $$'
bad 1 leaked "sleep" -- "$copy"'; sleep 60 &'

# ---- what becomes of {out} ----

bad 1 silent-corruption "" -- "$copy"'; rm {out}'
bad 1 silent-corruption "" -- 'ln -s /dev/null {out}; '"$copy"
bad 1 silent-corruption "" -- 'ln -s {out} {out}; true'
bad 1 silent-corruption "" -- 'mkdir {out}'
bad 1 silent-corruption "" --restore 'true' -- 'mkfifo {out}'
bad 1 silent-corruption "" --restore 'true' -- cp {snapshot} {out}
bad 3 inconclusive "" --restore 'mkdir {restored}' -- cp {snapshot} {out}
bad 1 silent-corruption "" --restore 'cp {out} {restored}.elsewhere' -- cp {snapshot} {out}

# ---- what it does to the snapshot and to the rig ----

bad 0 intact "" -- 'echo x >{snapshot}; '"$copy"
bad 1 detected "" -- 'rm {snapshot}; '"$copy"
# The volume is there again for what comes after it, and who ended it is told.
unmount='{snaprig} umount {mnt}'
bad 1 detected "no volume, after the client of backup 'b1': the rig ended with exit code 0" \
	-- "$unmount; $copy"
bad 1 leaked "no volume, after the client" -- "$copy; $unmount"
bad 1 silent-corruption "" -- "$unmount; true"
# The shell itself is not among those that it looks for.
kill_rig='kill -9 $(grep -lsa -e "--for[e]ground" \
	$(grep -lsaF -e {mnt} /proc/[0-9]*/cmdline) | tr -dc "0-9\n")'
bad 1 detected "no volume, .*ended by signal 9" -- "$kill_rig; $copy"
bad 1 leaked "no volume, .*ended by signal 9" --writer storm -- \
	"head -c 2M {snapshot} >/dev/null; $copy; $kill_rig"
bad 1 detected "no volume, .*ended by signal 9" --takes -- "touch {snapshot}; $kill_rig; exit 1"
bad 1 leaked "no volume, .*ended by signal 9" --failure read-error -- \
	"$copy; s=\$?; $kill_rig; exit \$s"
bad 1 leaked "no volume, after the restore" --restore "cp {out} {restored}; $unmount" -- \
	cp {snapshot} {out}
if [ "$(id -u)" = 0 ]; then
	# Its rig may have ended by then, or not yet.
	bad 1 leaked "not mounted any more|rig ended with exit code 0" -- "$copy; umount -l {mnt}"
fi
# A rule that crashes the rig is none of the client's doing, also while writers write.
bad 0 detected "" --failure rig-crash --writer storm -- cp {snapshot} {out}

# ---- what it starts ----

bad 124 hung "outlived" --time-limit 3s -- 'n=0
	while [ $n -lt 200 ]; do (setsid sleep 71 &); n=$((n + 1)); done
	while :; do sleep 0.1; done'
bad 1 leaked "process of backup 'b1'" -- "$copy"'
	fork() { [ "$1" = 0 ] || { fork $(($1 - 1)) & fork $(($1 - 1)) & }; sleep 71; }
	fork 6 &'
! pgrep -f "^sleep 71$" || fail "what the client has started is running"

# ---- a signal, at any moment ----

for delay in 0 0.01 0.03 0.06 0.1 0.15 0.2 0.3 0.5 0.8; do
	for name in INT TERM; do
		env --default-signal=INT "$SNAPRIG" check --size 4MiB --failure all -- \
			dd if={snapshot} of={out} bs=4k >out 2>said &
		pid=$!
		# Before that it is this shell, which has SIGINT ignored for it.
		wait_until 10 grep -q "^${SNAPRIG##*/}" "/proc/$pid/comm" ||
			fail "it does not begin"
		sleep "$delay"
		kill -s "$name" "$pid"
		e2e_status=0
		wait "$pid" || e2e_status=$?
		case $name-$e2e_status in
		INT-130 | TERM-143) ;;
		*) fail "exit $e2e_status after SIG$name at $delay s" ;;
		esac
		nothing_is_left "SIG$name at $delay s"
	done
done
