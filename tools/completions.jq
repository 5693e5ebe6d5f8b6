# SPDX-License-Identifier: Apache-2.0
#
# completions.jq - turns the table of commands, as printed by `snaprig list commands --json`, into
# the language of the shell $shell: the text between the marks of completions/*.

def flag: (if (.name | length) == 1 then "-" else "--" end) + .name;
def first: .name | split(" ")[0];
def actions: map(select(.name | contains(" ")));

# The possible values of an operand or an option.
def what: .kind + ":" + (.choices // "" | sub(" $"; ""));

# The first words of an option's description; all of it if those mean nothing alone.
def short: gsub("\\s+"; " ") | . as $all | sub("(; | \\(|: ).*"; "") |
	if length < 16 then $all else . end;

# The first word of each command with its description, once.
def commands: reduce .[] as $line ([];
	($line | first) as $name | if any(.[]; .name == $name) then .
		else . + [{name: $name, about: ($line.group // $line.summary)}] end);
def action_name: .name | split(" ")[1];
def is_rest: .joins or (.name | contains("..."));
def takes_several: .value // "" | contains("...");

# ---- bash: tables for the part written by hand ----

def bash:
	def row(key; value): "\t[" + (key | @sh) + "]=" + (value | @sh);
	def table(name; rows): "declare -gA \(name)=(", rows, ")";
	"_snaprig_commands=" + (commands | map(.name) | join(" ") | @sh),
	table("_snaprig_actions"; actions | group_by(first)[] |
		row(.[0] | first; map(action_name) | join(" "))),
	table("_snaprig_options"; .[] | row(.name; [(.options[] | flag), "--help"] | join(" "))),
	table("_snaprig_values"; .[] | .name as $command | .options[] |
		select(.value) | row("\($command) \(flag)"; what)),
	table("_snaprig_operands"; .[] | .name as $command | .operands | to_entries[] |
		row("\($command) \(if .value | is_rest then "*" else .key + 1 end)"; .value | what)),
	table("_snaprig_ends"; .[] | select(.command) | row(.name; "--"));

# ---- zsh: arguments of _describe and _arguments ----

def zsh:
	def escaped: gsub("(?<c>[\\\\:])"; "\\\(.c)");
	def bracketed: gsub("(?<c>[\\\\:\\[\\]])"; "\\\(.c)");
	def described(name; about): (name | escaped) + ":" + (about | escaped) | @sh;
	def branch(name; words): "\t(" + (name | @sh) + ")", "\t\treply=(",
		"\t\t\t" + words, "\t\t)", "\t\t;;";
	def function(name; branches): "\(name)()", "{", "\treply=()", "\tcase $1 in", branches,
		"\tesac", "}";
	def value: (.value // .name | escaped) + ":->" + .kind + " " + (.choices // "" | escaped);
	def option: (if .excludes then "(--\(.excludes))" else "" end) +
		(if takes_several then "*" else "" end) + flag +
		(if .value == null then "" elif (.name | length) == 1 then "+" else "=" end) +
		"[" + (.about | short | bracketed) + "]" +
		(if .value == null then "" else ":" + value end) | @sh;
	def operand: (if .value | is_rest then "*" else .key + 1 | tostring end) +
		(if (.value | is_rest | not) and (.value.name | startswith("[")) then "::" else ":" end) +
		(.value | value) + (if .value.kind == "rule" then "words" else "" end) | @sh;
	"typeset -ga _snaprig_commands=(",
	(commands[] | "\t" + described(.name; .about)),
	")",
	function("_snaprig_actions"; actions | group_by(first)[] |
		branch(.[0] | first; .[] | described(action_name; .summary))),
	function("_snaprig_arguments"; .[] |
		branch(.name; (.options[] | option), (.operands | to_entries[] | operand),
			"\("(- *)--help[show this]" | @sh)")),
	"typeset -ga _snaprig_ends=(" + (map(select(.command) | .name | @sh) | join(" ")) + ")";

# ---- fish: an option is a line, everything else is a table ----

def fish:
	def quoted: "'" + gsub("(?<c>['\\\\])"; "\\\(.c)") + "'";
	def table(name; rows): "function \(name)", "\tswitch \"$argv\"", rows, "\tend", "end";
	def row(key; value): "\t\tcase \(key | quoted)", "\t\t\techo \(value | quoted)";
	def set(name; words): "set -g \(name) \([words | quoted] | join(" \\\n\t"))";
	def line(condition; rest): "complete -c snaprig -n \(condition | quoted) \(rest)";
	set("__snaprig_values"; .[] | .name as $command | .options[] | select(.value) |
		"\($command) \(flag)"),
	set("__snaprig_groups"; [actions[] | first] | unique[]),
	set("__snaprig_ends"; .[] | select(.command) | .name),
	table("__snaprig_operand"; .[] | .name as $command | .operands | to_entries[] |
		row("\($command) \(if .value | is_rest then "rest" else .key + 1 end)"; .value | what)),
	(commands[] | line("__snaprig_wants command";
		"-a \(.name | quoted) -d \(.about | quoted)")),
	(actions[] | line("__snaprig_wants action \(first)";
		"-a \(action_name | quoted) -d \(.summary | quoted)")),
	(.[] | .name as $command | .options[] | line("__snaprig_on \($command)";
		"-\(if (.name | length) == 1 then "s" else "l" end) \(.name) " +
		(if .value then "-x -a \("(__snaprig_one_of \(what | quoted))" | quoted) " else "" end) +
		"-d \(.about | short | quoted)"));

.commands | if $shell == "bash" then bash elif $shell == "zsh" then zsh else fish end
