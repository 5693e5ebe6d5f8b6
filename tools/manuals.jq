# SPDX-License-Identifier: Apache-2.0
#
# manuals.jq - lists of the manual pages, from the output of `snaprig list ... --json` and from the
# JSON Schemas.  tools/manuals says which page contains which list.

# Text for a page: one sentence per line, and no line that looks like a macro.
def prose: gsub("\\\\"; "\\e") | gsub("(?<end>[a-z0-9)%]\\.) +(?=[A-Z{])"; "\(.end)\n") |
	split("\n") | map(sub("^(?<mark>[.'])"; "\\&\(.mark)")) | join("\n");
def sentence: prose | if test("[.!?:]$") then . else . + "." end;
def capital: (.[:1] | ascii_upcase) + .[1:];

# ---- from the program ----

def points: .points[] | ".It Cm \(.name)", (.about | capital | sentence),
	"Actions: \(.actions | join(", ")).",
	if .replies != [] then "Replies: \(.replies | join(", "))." else empty end;

def gauges: .gauges[] | ".It Cm \(.name)", (.about | capital | sentence), "The unit is \(.unit).";

def profiles: .profiles[] | ".It Cm \(.name)",
	"Imitates \(.imitates).", (.about | capital | sentence),
	"A block has \(.block_bytes / 1024) KiB\(if .block_is_fixed then ", always" else
		" unless --block says otherwise" end).",
	"Room for a snapshot: \(.limit // "unlimited")" +
		(if .limit == "by size" then ", by the size of the volume" else "" end) + ".",
	"Snapshots at a time: \(.snapshots_max // "any number").",
	if .memory_available_min then "At least \(.memory_available_min) of memory must be available."
		else empty end;

def failures: .failures[] | ".It Cm \(.name)", (.about | sentence),
	if .source then "Source: \(.source | prose)." | sub("\\.\\.$"; ".") else empty end,
	"Profiles: \(.profiles | join(", ")).";

# ---- from a schema ----

def name_of_ref: sub(".*#/\\$defs/"; "");
# The value of a key, in words.
def kind($all): if has("$ref") then (."$ref" | name_of_ref) |
		if $all[.].properties then "map" else . end
	elif has("enum") then .enum | map(tostring) | join(" | ")
	elif has("const") then .const | tostring
	elif has("anyOf") then .anyOf | map(kind($all)) | unique | join(" | ")
	elif has("oneOf") then .oneOf | map(kind($all)) | unique | join(" | ")
	elif .type == "array" then "list" + (.items // {} | kind($all) |
		if . == "any" then "" else " of \(.)" end)
	elif .type == "integer" then "number"
	elif .type == "string" then "text"
	elif .type == "object" then "map"
	elif (.type | type) == "array" then .type | join(" | ")
	else .type // "any" end;
# The first definition of a map that may be the value of a key.
def maps($all): [., (.anyOf // [])[], (.items // {}), (.oneOf // [])[]] |
	map(."$ref" // empty | name_of_ref | $all[.] // empty | select(.properties)) | first;
def about($all): .description // (."$ref" // "" | name_of_ref | $all[.].description) // "";
def item($all): ".It Ic \(.key) : Ar \(.value | kind($all))",
	(.value | about($all) | if . == "" then empty else capital | sentence end);
def keys_of($all): .properties | to_entries[];
def tag($compact): ".Bl -tag -width Ds\(if $compact then " -compact" else "" end)";

# Each key of the map that definition NAME describes, and the keys of maps in its values.
def schema($name): ."$defs" as $all |
	(if $name == "" then . else $all[$name] end) | keys_of($all) | . as $entry |
	item($all), ($entry.value | maps($all) | if . then
		tag(true), (keys_of($all) | item($all)), ".El" else empty end);

def events: ."$defs" as $all | .oneOf[]."$ref" | name_of_ref | . as $name | $all[$name] |
	".It Li \($name)", (.description // "" | sentence),
	([.properties | to_entries[] |
		select(.key | IN("sequence", "time_ns", "operation", "event") | not)] |
		if . == [] then empty else tag(true), (.[] |
			".It Va \(.key)", (.value | about($all) | select(. != "") | sentence)), ".El" end);
