# SPDX-License-Identifier: Apache-2.0
#
# docs_shown.awk - whether the output of a command (the file in the variable `said`) is what a page
# shows (`shown`), where "..." stands for any text, and alone in a line for any lines.

# Whether the lines from I of the output match those from J of the page.
function matches(i, j)
{
	if (j > shown_count)
		return i > said_count
	if (shown_line[j] == "...")
		return matches(i, j + 1) || (i <= said_count && matches(i + 1, j))
	return i <= said_count && line_matches(said_line[i], shown_line[j]) && matches(i + 1, j + 1)
}

function line_matches(text, pattern,    parts, count, k, at)
{
	count = split(pattern, parts, /\.\.\./)
	if (count < 2)
		return text == pattern
	if (substr(text, 1, length(parts[1])) != parts[1])
		return 0
	text = substr(text, length(parts[1]) + 1)
	for (k = 2; k < count; k++) {
		at = index(text, parts[k])
		if (at == 0)
			return 0
		text = substr(text, at + length(parts[k]))
	}
	at = length(text) - length(parts[count])
	return at >= 0 && substr(text, at + 1) == parts[count]
}

BEGIN {
	while ((getline line < said) > 0)
		said_line[++said_count] = line
	while ((getline line < shown) > 0)
		shown_line[++shown_count] = line
	exit !matches(1, 1)
}
