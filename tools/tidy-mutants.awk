# SPDX-License-Identifier: Apache-2.0
#
# The file of a mutant must exist and contain its old lines exactly once, and each of its tests must
# exist: a change of such a line must change the mutant, too.

function text_of(path,    line, text)
{
	if (!(path in texts)) {
		text = "\n"
		while ((getline line < path) > 0)
			text = text line "\n"
		close(path)
		texts[path] = text
	}
	return texts[path]
}

function is_there(path,    line, found)
{
	found = (getline line < path) > 0
	close(path)
	return found
}

function look_at_mutant(    text, first)
{
	if (mutant == "")
		return
	text = text_of(target)
	first = index(text, "\n" old)
	if (!first)
		print place ": mutant " mutant ": its old lines are not in " target
	else if (index(substr(text, first + 1), "\n" old))
		print place ": mutant " mutant ": its old lines are more than once in " target
	mutant = ""
}

$1 == "mutant" {
	look_at_mutant()
	mutant = $2
	place = FILENAME ":" FNR
	old = ""
}
$1 == "file" { target = $2 }
$1 == "test" && !is_there("tests/" $2 ".c") && !is_there("tests/" $2 ".sh") {
	print FILENAME ":" FNR ": mutant " mutant ": there is no test " $2
}
/^-/ { old = old substr($0, 2) "\n" }

END { look_at_mutant() }
