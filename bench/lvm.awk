# SPDX-License-Identifier: Apache-2.0
#
# The table of bench/lvm, with the goals; used after median.awk.

function unit(job)
{
	return job == "lvcreate" ? "ms" : job ~ /1m$/ ? "MiB/s" : "IOPS"
}

function about(job)
{
	return job == "lvcreate" ? "at most 2.00 (mount: lvs, which has nothing to do)" : ""
}

END {
	printf "%-14s %-6s %9s %9s %7s\n", "job", "unit", "mount", "door", "ratio"
	for (i = 1; i <= jobs; i++) {
		job = order[i]
		mount = median(job, "mount")
		door = median(job, "door")
		printf "%-14s %-6s %9.0f %9.0f %7.2f  %s\n", job, unit(job), mount, door,
			mount ? door / mount : 0, about(job)
	}
}
