# SPDX-License-Identifier: Apache-2.0
#
# Includes are root-relative and point down:
#
#	snaprig.c > cli/ > daemon*.c > mount/ control/ > children/ > volume/*/ > volume/ > store/ >
#	blockio/ > faults/ profile/ > base/
#
# The folders below volume/ do not include each other, except that coalesce/ and verify/ include
# chain/; what volume/ may call in each is in a header that is named here.  faults/ includes nothing
# of simfs/ but base/.  scenarios/ and cli/ drive a rig from outside: they share with it the
# protocol of the control socket, base/, and the syntax of a rule and a writer.  cli/mount*.c become
# the rig.
#
# doors/ are separate processes, which also drive from outside: dm/ is run/ > entry/ > intercept/ >
# calls/ > effects/ commands/ > machine/ > processes/ > origins/ > disks/ > model/, on the headers
# of world/, which all share; preload/ goes into the programs of a world, and intercept/ answers it.
# xapi/ is server/ > transfer/ > calls/ > disks/ > pool/ > vhd/ http/, which stand alone.

BEGIN {
	rank["main"] = 12
	rank["simfs/cli"] = 11
	rank["daemon"] = 10
	rank["simfs/mount"] = 9
	rank["simfs/control"] = 9
	rank["simfs/children"] = 8
	rank["simfs/volume/chain"] = 7
	rank["simfs/volume/coalesce"] = 7
	rank["simfs/volume/cow"] = 7
	rank["simfs/volume/datto"] = 7
	rank["simfs/volume/lvm"] = 7
	rank["simfs/volume/verify"] = 7
	rank["simfs/volume/writers"] = 7
	rank["simfs/volume"] = 6
	rank["simfs/store"] = 5
	rank["simfs/blockio"] = 4
	rank["faults"] = 3
	rank["simfs/profile"] = 3
	rank["simfs/base"] = 1
	rank["simfs/doors/dm/run"] = 10
	rank["simfs/doors/dm/entry"] = 9.9
	rank["simfs/doors/dm/intercept"] = 9.8
	rank["simfs/doors/dm/calls"] = 9.7
	rank["simfs/doors/dm/effects"] = 9.6
	rank["simfs/doors/dm/commands"] = 9.6
	rank["simfs/doors/dm/machine"] = 9.5
	rank["simfs/doors/dm/processes"] = 9.4
	rank["simfs/doors/dm/world"] = 9.05
	rank["simfs/doors/dm/origins"] = 9.3
	rank["simfs/doors/dm/disks"] = 9.2
	rank["simfs/doors/dm/model"] = 9.1
	rank["simfs/doors/dm/preload"] = 9.1
	rank["simfs/doors/xapi/server"] = 9.6
	rank["simfs/doors/xapi/transfer"] = 9.5
	rank["simfs/doors/xapi/calls"] = 9.4
	rank["simfs/doors/xapi/disks"] = 9.3
	rank["simfs/doors/xapi/pool"] = 9.2
	rank["simfs/doors/xapi/vhd"] = 9.1
	rank["simfs/doors/xapi/http"] = 9.1
	rank["bench"] = 2
	rank["scenarios/cli"] = 27
	rank["scenarios/run"] = 26
	rank["scenarios/clients"] = 25
	rank["scenarios/report"] = 25
	rank["scenarios/judge"] = 24
	rank["scenarios/format"] = 23
	rank["scenarios/base"] = 22

	# What the core calls in the folders below it, and a chain in its worker.
	split("writers/set.h writers/writers.h", core, " ")
	for (i in core)
		also["simfs/volume", "simfs/volume/" core[i]] = 1
	also["simfs/volume/chain", "simfs/volume/coalesce/coalesce.h"] = 1
	also["simfs/volume/chain", "simfs/volume/coalesce/intents.h"] = 1
	also["simfs/volume/coalesce", "simfs/volume/chain/*"] = 1
	also["simfs/volume/verify", "simfs/volume/chain/*"] = 1
	also["simfs/volume/verify", "simfs/volume/coalesce/intents.h"] = 1
}

# The layer of a path; "" if it has none.
function layer_of(path,    parts, count)
{
	count = split(path, parts, "/")
	if (path ~ /^simfs\/[^\/]*$/)
		return path ~ /^simfs\/snaprig/ ? "main" : "daemon"
	if (parts[1] == "simfs" && parts[2] == "volume" && count > 3)
		return "simfs/volume/" parts[3]
	if (parts[1] == "simfs" && parts[2] == "doors" && count > 4)
		return "simfs/doors/" parts[3] "/" parts[4]
	if (parts[1] == "simfs" || parts[1] == "scenarios")
		return parts[1] "/" parts[2]
	return parts[1]
}

# What programs that drive a rig from outside share with it.
function is_spoken(to, path)
{
	return to == "simfs/base" || path == "simfs/control/protocol.h" ||
		path == "simfs/control/protocol_doors.h" ||
		path == "simfs/control/client.h" || path == "simfs/control/version.h" ||
		path == "faults/rule.h" ||
		path == "simfs/volume/writers/spec.h"
}

function allowed(from, to, path,    folder)
{
	folder = path
	sub(/[^\/]*$/, "*", folder)
	if (from == "main" || from == "tests" || from == to)
		return 1
	if (((from, path) in also) || ((from, folder) in also))
		return 1
	# It lists what exists.
	if (from == "simfs/cli" && to ~ /^scenarios/)
		return 1
	if (from ~ /^scenarios/)
		return is_spoken(to, path) || (to ~ /^scenarios/ && rank[from] > rank[to])
	if (from ~ /^simfs\/doors/)
		return is_spoken(to, path) || (to ~ /^simfs\/doors/ && rank[from] > rank[to])
	# Folders of the same layer do not include each other.
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
