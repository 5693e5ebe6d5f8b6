# SPDX-License-Identifier: Apache-2.0
#
# From lines "job before after", one for each round, a table of medians, and of the rounds'
# ratios with their middle half.

!($1 in rounds) { order[++jobs] = $1 }
{
	n = ++rounds[$1]
	before[$1, n] = $2
	after[$1, n] = $3
	ratio[$1, n] = $3 / $2
}

# The value at SHARE of those of JOB, in order.
function at(values, job, share,    n, i, j, list, swap)
{
	n = rounds[job]
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
	printf "%-17s %9s %9s %7s  %s\n", "job", "before", "after", "ratio", "middle half"
	for (i = 1; i <= jobs; i++) {
		job = order[i]
		printf "%-17s %9.0f %9.0f %7.3f  %.3f to %.3f\n", job, at(before, job, 0.5),
			at(after, job, 0.5), at(ratio, job, 0.5), at(ratio, job, 0.25),
			at(ratio, job, 0.75)
	}
}
