# SPDX-License-Identifier: Apache-2.0
#
# schemas.jq - the definitions in scenario.schema.json that tools/schemas writes, as "NAME
# DEFINITION" per line, from the output of `snaprig list ... --json` for all tables.

# JSON in one line, in the format of the lines written by hand.
def shown: if type == "object"
	then "{ \(to_entries | map("\(.key | tojson): \(.value | shown)") | join(", ")) }"
	elif type == "array" then "[\(map(shown) | join(", "))]"
	else tojson end;
def quoted: gsub("[.]"; "[.]");
def names(list): [list[].name];
def words(list): { enum: names(list) };

# ---- relations of a gauge ----

def sample: { share: "50%", bytes: "1MiB", time: "1s", number: "1" }[.unit];
# A word that the program replaces: {at} of a failure, {n} of a repeat, or a word of a matrix.
def word: "[{][A-Za-z][A-Za-z0-9_-]*[}]";
def value: "([0-9.]|\(word))+(%|B|s|KiB|MiB|GiB|TiB|ns|us|ms|m|h)?";
def relation(relations):
	"^ *((\(names(.gauges) | map(quoted) | join("|"))) *\(relations) *\(value) *$|\(word))";
# Each gauge with a value in its unit.
def samples: [.gauges[] | "\(.name)>=\(sample)"];

# ---- rules ----

# An action with an example of its value; with all values if those are words.
def forms($point): . as $action | if $action == "reply" then $point.replies[] | "reply=\(.)"
	else { error: "=EIO", delay: "=1s", short: "=512", tear: "=512", flip: "=1",
		misdirect: "=4KiB", missing: "=1", added: "=1" }[$action] as $value |
		$action + ($value // "") end;
def rules: [.points[] | . as $point | .actions[] | "\($point.name) \(forms($point))"];

# The point comes first.
def rule_pattern: "^ *(\(names(.points) | map(quoted) | join("|"))|[^ ]*\(word)[^ ]*)( |$)";

{
	"profile-name": words(.profiles),
	"gauge-name": words(.gauges),
	"point-name": words(.points),
	# Names of users' own adapters, too.
	"client-name": { anyOf: [words(.clients), { "$ref": "#/$defs/name" },
		{ type: "string", pattern: "/" }] },
	"failure-name": { anyOf: [words(.failures), { "$ref": "#/$defs/text" }] },
	"gauge-wish": { type: "string", pattern: relation("(>=|<=|>|<|=)"), examples: samples },
	"moment": { type: "string", pattern: relation(">="), examples: samples },
	"rule": { type: "string", pattern: rule_pattern, examples: rules }
} | to_entries[] | "\(.key) \(.value | shown)"
