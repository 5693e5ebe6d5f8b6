# SPDX-License-Identifier: Apache-2.0
#
# A comment cites docs/FILE.md with the number of one or more of its sections: `docs/architecture.md
# 5.2`, `docs/real-systems.md 1.1, 1.2 and 5.3`.  Both must exist.  A citation may continue on the
# next line.  Documents outside of the repository are not cited, because readers have only the
# repository.
#
# A file of ours that README.md, CONTRIBUTING.md or docs/architecture.md names must exist, relative
# to the root or to one of the folders where such a name may begin.

BEGIN {
	split("./ simfs/ simfs/volume/ scenarios/ tests/", homes, " ")
}

function is_there(path,    i, line, found)
{
	for (i in homes) {
		found = (getline line < (homes[i] path)) >= 0
		close(homes[i] path)
		if (found)
			return 1
	}
	return 0
}

function check_files(line,    path)
{
	while (match(line, /[A-Za-z0-9_.-]+\/[A-Za-z0-9_\/.-]+\.(c|h|def|awk|sh|json|1|md)/)) {
		path = substr(line, RSTART, RLENGTH)
		line = substr(line, RSTART + RLENGTH)
		# NAME is a placeholder.
		if (line !~ /^[A-Za-z_*<]/ && path !~ /NAME/ && !is_there(path))
			print FILENAME ":" FNR ": no file '" path "'"
	}
}

# Reads the sections of the document at PATH; false if it does not exist.
function learn(path,    line, words, found)
{
	if (path in known)
		return known[path]
	known[path] = (getline line < path) > 0
	found = known[path]
	while (found) {
		split(line, words, " ")
		sub(/\.$/, "", words[2])
		if (words[1] ~ /^#+$/ && words[2] ~ /^[0-9.]+$/)
			section[path, words[2]] = 1
		found = (getline line < path) > 0
	}
	close(path)
	return known[path]
}

function check(path, numbers,    parts, count, i)
{
	if (!learn(path)) {
		print FILENAME ":" FNR ": no document '" path "'"
		return
	}
	count = split(numbers, parts, /[^0-9.]+/)
	for (i = 1; i <= count; i++) {
		sub(/\.$/, "", parts[i])
		if (parts[i] != "" && !((path, parts[i]) in section))
			print FILENAME ":" FNR ": '" path "' has no section " parts[i]
	}
}

FNR == 1 { begun = "" }

{
	line = $0
	# The prefix of a comment line, or of a macro in the manual.
	sub(/^[ \t]*(\*|#+|\/\/|\.\\")?[ \t]*/, "", line)
	line = begun line
	begun = ""
	if (line ~ /(DESIG[N] )|\302\247|(reference "snapshot )/)
		print FILENAME ":" FNR ": cites what is not in the repository"
	if (FILENAME ~ /(README|CONTRIBUTING|architecture)\.md$/)
		check_files($0)
	while (match(line, /docs\/[a-z-]+\.md/)) {
		path = substr(line, RSTART, RLENGTH)
		rest = substr(line, RSTART + RLENGTH)
		if (rest ~ /^[ ,.0-9]*( (and|to))?$/ && rest !~ /[.)]$/) {
			begun = path rest " "
			next
		}
		match(rest, /^( [0-9]+(\.[0-9]+)*((, | and | to )[0-9]+\.[0-9]+)*)?/)
		check(path, substr(rest, 1, RLENGTH))
		line = rest
	}
}
