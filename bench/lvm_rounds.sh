# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# lvm_rounds.sh - the rounds of bench/lvm, run in its world: --inside WORK.

work=$2
jobs=$PWD/bench/jobs
results=$work/results.tsv
TIMES=5

# They would warn about each open file of this shell.
export LVM_SUPPRESS_FD_WARNINGS=1

# shellcheck source=bench/measure.sh
. bench/measure.sh

wanted()
{
	case " ${BENCH_JOBS:-$1} " in *" $1 "*) ;; *) return 1 ;; esac
}

# both JOB ROUND
both()
{
	wanted "$1" || return 0
	if [ $(($2 % 2)) = 0 ]; then
		measure "$1" mount "$SNAPRIG_LIVE"
		measure "$1" door /dev/vg0/live
	else
		measure "$1" door /dev/vg0/live
		measure "$1" mount "$SNAPRIG_LIVE"
	fi
}

# timed TARGET COMMAND... - adds its milliseconds as a result of lvcreate.
timed()
{
	local target=$1 begun=${EPOCHREALTIME/./}
	shift
	"$@" >"$work/said" 2>&1 || {
		cat "$work/said" >&2
		exit 4
	}
	printf 'lvcreate\t%s\t%s\n' "$target" "$(((${EPOCHREALTIME/./} - begun) / 10))e-2" >>"$results"
}

commands()
{
	local i
	wanted lvcreate || return 0
	for ((i = 0; i < TIMES; i++)); do
		timed mount lvs
		timed door lvcreate -s -L 16M -n bench vg0/live
		lvremove -f vg0/bench >/dev/null
	done
}

for ((round = 0; round < BENCH_ROUNDS; round++)); do
	for job in randread-4k randwrite-4k seqread-1m seqwrite-1m latency-4k; do
		both "$job" "$round"
	done
	commands
done
