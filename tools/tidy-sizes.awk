# SPDX-License-Identifier: Apache-2.0
#
# A file has at most 400 lines, a function 70, a line 100 columns.  A tab is 8 wide, a non-ASCII
# character 1.  An internal header has at most 150 lines: its name contains "internal", or only
# files of its own folder, none of them a header, and tests include it.

BEGIN {
	FILE_MAX = 400
	INTERNAL_MAX = 150
	FUNCTION_MAX = 70
	LINE_MAX = 100
}

function columns(line,    i, letter, width)
{
	gsub(/[\200-\277]/, "", line)
	for (i = 1; i <= length(line); i++) {
		letter = substr(line, i, 1)
		width += letter == "\t" ? 8 - width % 8 : 1
	}
	return width
}

function close_file()
{
	if (file != "" && lines > FILE_MAX)
		print file ":" FILE_MAX + 1 ": file has " lines " lines (at most " FILE_MAX ")"
	if (file ~ /\.h$/ && lines > INTERNAL_MAX)
		large[file] = lines
}

function folder_of(path)
{
	sub(/[^\/]*$/, "", path)
	return path
}

FNR == 1 {
	close_file()
	file = FILENAME
	begun = 0
}

{
	lines = FNR
	if (length($0) > LINE_MAX / 8 && columns($0) > LINE_MAX)
		print FILENAME ":" FNR ": line has " columns($0) " columns (at most " LINE_MAX ")"
}

/^#include "/ && FILENAME !~ /^tests\// {
	split($0, quoted, "\"")
	if (FILENAME ~ /\.h$/ || folder_of(quoted[2]) != folder_of(FILENAME))
		is_shared[quoted[2]] = 1
}

# The braces of a function are in the first column; otherwise, only those of a struct are, whose
# opening brace does not stand alone.
/^{$/ { begun = FNR }
/^}/ && begun {
	if (FNR - begun - 1 > FUNCTION_MAX)
		print FILENAME ":" begun ": function has " FNR - begun - 1 " lines (at most " FUNCTION_MAX ")"
	begun = 0
}

END {
	close_file()
	for (header in large)
		if (header ~ /internal\.h$/ || (!is_shared[header] && header !~ /^tests\//))
			print header ":" INTERNAL_MAX + 1 ": internal header has " large[header] \
				" lines (at most " INTERNAL_MAX ")"
}
