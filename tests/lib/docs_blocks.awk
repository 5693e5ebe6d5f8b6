# SPDX-License-Identifier: Apache-2.0
#
# docs_blocks.awk - turns the commands of a Markdown file into steps for
# tests/lib/docs_session.bash.  CONTRIBUTING.md ("Pages") says what a page may contain; in short:
#
#	```console	each line `$ COMMAND` is run; lines `> ...` continue it; its output
#			must be what follows, where `...` stands for any text
#	```sh		is run as a script that must succeed
#	```yaml		must be YAML, of one document or several
#	```text ...	other languages are not run; with `file NAME`, the block is that file
#
# The line above a block may be a comment `<!-- docs-test: WORD... -->` with one of
#
#	skip WHY...	it is not run
#	needs NAME...	it is run where these programs exist; `root` is a privilege
#	long [NAME...]	`make check-long` runs it, where these programs exist
#	file NAME	its text is the file NAME in the folder where the page's commands run
#
# Variables: folder, for the steps.  Step N has N.kind (console, sh, yaml, file, skip), N.at
# (file:line), N.text (command, script, file's text or reason), N.says (console), N.mark (the words
# needs or long with their arguments) and N.name (file).  A mistake is printed as "file:line: what"
# and makes it fail.

function wrong(what)
{
	print FILENAME ":" FNR ": " what
	failed = 1
}

function put(name, text)
{
	printf "%s", text >(folder "/" sprintf("%03d", steps) "." name)
	close(folder "/" sprintf("%03d", steps) "." name)
}

# A step of kind KIND begins at this line.
function begin_step(kind)
{
	steps++
	put("kind", kind "\n")
	put("at", FILENAME ":" FNR "\n")
	if (mark == "needs" || mark == "long")
		put("mark", mark " " mark_rest "\n")
}

function end_command()
{
	if (command == "")
		return
	put("text", command)
	put("says", says)
	command = says = ""
}

function begin_block(language)
{
	is_open = 1
	begun_at = FNR
	kind = language ~ /^(console|sh|yaml)$/ ? language : "other"
	if (mark == "skip") {
		begin_step("skip")
		put("text", mark_rest "\n")
		kind = "skipped"
	} else if (mark == "file") {
		begin_step("file")
		put("name", mark_rest "\n")
		kind = "file"
	} else if (kind == "sh" || (kind == "yaml" && mark == ""))
		begin_step(kind)
	else if (kind != "console" && mark != "")
		wrong("a block of " language " is not run: no '" mark "'")
	text = ""
}

function end_block()
{
	is_open = 0
	if (kind == "console")
		end_command()
	else if (kind == "sh" || kind == "yaml" || kind == "file")
		put("text", text)
	mark = ""
}

/^ *```/ && !is_open {
	language = $0
	sub(/^ *```/, "", language)
	if ($0 ~ /^ /)
		wrong("a block is indented")
	if (language !~ /^(console|sh|yaml|json|ini|c|python|text|dockerfile|groovy|mermaid)$/)
		wrong("a block of an unknown language '" language "'")
	begin_block(language)
	next
}

/^ *```/ {
	end_block()
	next
}

is_open && kind == "console" {
	if (/^\$ /) {
		end_command()
		begin_step("console")
		command = substr($0, 3) "\n"
	} else if (command == "")
		wrong("a session begins with '$ COMMAND'")
	else if (/^> /)
		command = command substr($0, 3) "\n"
	else
		says = says $0 "\n"
	next
}

is_open {
	text = text $0 "\n"
	next
}

/^<!-- docs-test: .* -->$/ {
	mark = $3
	mark_rest = $0
	sub(/^<!-- docs-test: [a-z]+ ?/, "", mark_rest)
	sub(/ ?-->$/, "", mark_rest)
	if (mark !~ /^(skip|needs|long|file)$/)
		wrong("no mark '" mark "'")
	else if (mark != "long" && mark_rest == "")
		wrong("'" mark "' of what?")
	next
}

{
	if (mark != "")
		wrong("a mark without a block")
	mark = ""
}

# An indented block has no language.
/^(    |\t)/ && was_blank && !in_list { wrong("a block without a fence") }
/^ *([-*+]|[0-9]+\.) / { in_list = 1 }
/^[^ \t]/ && !/^([-*+]|[0-9]+\.) / { in_list = 0 }
{ was_blank = /^[ \t]*$/ }

END {
	if (is_open)
		print FILENAME ":" begun_at ": a block without an end"
	exit failed || is_open
}
