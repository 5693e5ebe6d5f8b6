# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # $work, $jobs, $results are the runners'
#
# measure.sh - sourced: runs one job of fio as one line of results.  Needs $jobs, $work and
# $results.

# measure JOB TARGET FILE - adds one line to the results: IOPS, or MiB/s for large requests.
measure()
{
	BENCH_FILE=$3 fio --output-format=json --output="$work/fio.json" "$jobs/$1.fio" || {
		echo "bench: fio failed: $1 on $2" >&2
		exit 4
	}
	jq -r --arg job "$1" --arg target "$2" '.jobs[0] | (.read.iops + .write.iops) as $iops
		| (.read.bw + .write.bw) as $kib
		| [$job, $target, (if $job | test("1m$") then $kib / 1024 else $iops end)]
		| @tsv' "$work/fio.json" >>"$results"
	[ ! -t 2 ] || printf '\r\033[K%s: %s' "$1" "$2" >&2
}

# fill_file FILE BYTES - allocates non-zero blocks, so that holes are not measured.
fill_file()
{
	openssl enc -aes-128-ctr -nosalt -K 0 -iv 0 </dev/zero 2>/dev/null |
		dd of="$1" bs=1M count="$2" iflag=fullblock,count_bytes conv=notrunc,fsync status=none || :
}

# bench_alone - takes a lock (file 9), because two runs at the same time would measure each other.
bench_alone()
{
	mkdir -p build
	exec 9>build/bench.lock
	flock -n 9 || {
		echo "bench: another one is running" >&2
		exit 4
	}
}
