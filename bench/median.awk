# SPDX-License-Identifier: Apache-2.0
#
# Reads lines "job target value", separated by tabs, into value[job, target, 1 to number[job,
# target]]; the jobs, in their order, are order[1 to jobs].

BEGIN { FS = "\t" }

!($1 in known) {
	order[++jobs] = $1
	known[$1] = 1
}
{ value[$1, $2, ++number[$1, $2]] = $3 }

# 0: no values.
function median(job, target,    n, i, j, list, swap)
{
	n = number[job, target]
	for (i = 1; i <= n; i++)
		list[i] = value[job, target, i] + 0
	for (i = 1; i <= n; i++)
		for (j = i + 1; j <= n; j++)
			if (list[j] < list[i]) {
				swap = list[i]
				list[i] = list[j]
				list[j] = swap
			}
	return n % 2 ? list[(n + 1) / 2] : n ? (list[n / 2] + list[n / 2 + 1]) / 2 : 0
}
