# SPDX-License-Identifier: Apache-2.0
#
# One table of medians and ratios, with the goals of the project; behind median.awk.

BEGIN {
	goal["randread-4k"] = 0.70
	goal["randwrite-4k"] = 0.70
	goal["seqread-1m"] = 0.95
	goal["seqwrite-1m"] = 0.95
	goal["latency-4k"] = 0.80
	goal["first-touch-4k"] = 0.40
	goal["rewrite-4k"] = 0.95
	goal["chain-4k"] = 0.95
	about["chain-4k"] = "(raw: a chain of depth 1; ours: of 29)"
	peer_goal["first-touch-4k"] = 4.0
	peer_goal["view-4k"] = 1.8
	about["rewrite-4k"] = "(raw: the mount without a snapshot)"
}

function number_or_dash(x, format)
{
	return x ? sprintf(format, x) : "-"
}

END {
	row = "%-15s %-6s %9s %9s %7s %6s %9s %7s %6s  %s\n"
	printf row, "job", "unit", "raw", "snaprig", "ratio", "goal", "peer", "ratio", "goal", ""
	for (i = 1; i <= jobs; i++) {
		job = order[i]
		raw = median(job, "raw")
		ours = median(job, "snaprig")
		peer = median(job, "peer")
		printf row, job, job ~ /1m$/ ? "MiB/s" : "IOPS", number_or_dash(raw, "%.0f"),
			number_or_dash(ours, "%.0f"), raw ? sprintf("%.2f", ours / raw) : "-",
			number_or_dash(goal[job], "%.2f"), number_or_dash(peer, "%.0f"),
			peer ? sprintf("%.2f", ours / peer) : "-",
			number_or_dash(peer_goal[job], "%.1f"), about[job]
	}
}
