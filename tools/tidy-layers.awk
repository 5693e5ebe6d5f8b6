# SPDX-License-Identifier: Apache-2.0
#
# Includes are root-relative and point down:
#
#	snaprig.c and its command_*.c > daemon.c > mount/ control/ > volume/ > store/ > blockio/ >
#	faults/ profile/ > base/
#
# faults/ knows nothing of simfs/ but base/.  scenarios/ drives from outside: it
# shares with simfs/ what is spoken on the control socket, base/, and the line
# that is a writer; and with faults/ the line that is a rule.

BEGIN {
	rank["main"] = 9
	rank["daemon"] = 8
	rank["simfs/mount"] = 7
	rank["simfs/control"] = 7
	rank["simfs/volume"] = 6
	rank["simfs/store"] = 5
	rank["simfs/blockio"] = 4
	rank["faults"] = 3
	rank["simfs/profile"] = 3
	rank["simfs/base"] = 1
}

# The layer of a path; "" is outside of the house.
function layer_of(path,    parts)
{
	split(path, parts, "/")
	if (path ~ /^simfs\/[^\/]*$/)
		return path ~ /^simfs\/(snaprig|command_|doctor_|commands)/ ? "main" : "daemon"
	if (parts[1] == "simfs")
		return parts[1] "/" parts[2]
	return parts[1]
}

function allowed(from, to, path)
{
	if (from == "main" || from == "tests" || from == to)
		return 1
	if (from == "scenarios")
		return to == "simfs/base" || path == "simfs/control/protocol.h" ||
			path == "simfs/control/client.h" || path == "faults/rule.h" ||
			path == "simfs/volume/writer_spec.h"
	# Two sides of one layer do not look at each other, but for what is
	# spoken between them.
	return (from in rank) && (to in rank) && rank[from] > rank[to]
}

/^#include "/ {
	path = $2
	gsub(/"/, "", path)
	if (path !~ /\//) {
		print FILENAME ":" FNR ": include '" path "' is not root-relative"
		next
	}
	from = layer_of(FILENAME)
	to = layer_of(path)
	if (!allowed(from, to, path))
		print FILENAME ":" FNR ": '" path "' is not below " from
}
