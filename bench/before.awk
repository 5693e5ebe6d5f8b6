# SPDX-License-Identifier: Apache-2.0
#
# Makes a table of lines "job before after", one for each moment: the median of the faster half of
# each, their ratio, and the ratio of the medians of all.

!($1 in moments) { order[++jobs] = $1 }
{
	n = ++moments[$1]
	before[$1, n] = $2
	after[$1, n] = $3
}

# The value at SHARE of JOB's sorted values.
function at(values, job, share,    n, i, j, list, swap)
{
	n = moments[job]
	for (i = 1; i <= n; i++) {
		list[i] = values[job, i] + 0
		for (j = i; j > 1 && list[j] < list[j - 1]; j--) {
			swap = list[j]
			list[j] = list[j - 1]
			list[j - 1] = swap
		}
	}
	return list[int(1 + (n - 1) * share + 0.5)]
}

END {
	printf "%-17s %9s %9s %7s  %s\n", "job", "before", "after", "ratio", "of all"
	for (i = 1; i <= jobs; i++) {
		job = order[i]
		printf "%-17s %9.0f %9.0f %7.3f  %.3f\n", job, at(before, job, 0.75),
			at(after, job, 0.75), at(after, job, 0.75) / at(before, job, 0.75),
			at(after, job, 0.5) / at(before, job, 0.5)
	}
}
