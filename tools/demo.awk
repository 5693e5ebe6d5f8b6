# SPDX-License-Identifier: Apache-2.0
#
# From the TAP of `snaprig run` one table: a line per client.

function value_of(line, key,    rest)
{
	rest = line
	if (!sub(".*[{, ]" key ": ", "", rest))
		return ""
	if (rest ~ /^"/) {
		sub(/^"/, "", rest)
		sub(/"( *[,}].*)?$/, "", rest)
		gsub(/\\"/, "\"", rest)
	} else {
		sub(/[,} ].*$/, "", rest)
	}
	return rest
}

function paint(text, verdict,    code)
{
	if (!colour)
		return text
	code = "33"
	if (verdict == "silent-corruption" || verdict == "misreported")
		code = "1;31"
	else if (verdict == "detected" || verdict == "intact" || verdict == "recovered")
		code = "32"
	return "\033[" code "m" text "\033[m"
}

function start_row()
{
	client = exit_code = verdict = remedy = left = seconds = reason = ""
	in_leaks = 0
}

function end_row(    shown)
{
	if (client == "")
		return
	if (!rows++)
		printf "%-10s  %4s  %-18s  %-14s  %7s  %s\n", "client", "exit", "verdict",
			"after remedy", "seconds", "left behind"
	printf "%-10s  %4s  %s  %s  %7s  %s\n", client, exit_code,
		paint(sprintf("%-18s", verdict), verdict), paint(sprintf("%-14s", remedy), remedy),
		sprintf("%.1f", seconds), left == "" ? "nothing" : left
	if (reason != "")
		reasons = reasons sprintf("%-10s  %s\n", client, reason)
	start_row()
}

/^(not )?ok [0-9]+ - / {
	end_row()
	if (/# SKIP/) {
		name = $0
		sub(/^(not )?ok [0-9]+ - /, "", name)
		skipped = skipped name "\n"
	}
}
/^  client: / { client = value_of($0, "client") }
/^  seconds: / { seconds = value_of($0, "seconds") }
/^    - \{ name: "b1"/ {
	verdict = value_of($0, "verdict")
	exit_code = value_of($0, "exit")
	reason = value_of($0, "reason")
}
/^    - \{ name: "b2"/ { remedy = value_of($0, "verdict") }
/^  [a-z]/ { in_leaks = /^  leaks:/ }
/^    - "/ && in_leaks {
	leak = $0
	sub(/^    - "/, "", leak)
	sub(/"$/, "", leak)
	left = left (left == "" ? "" : ", ") leak
}

END {
	end_row()
	if (reasons != "")
		printf "\n%s", reasons
	if (skipped != "")
		printf "\nskipped: %s", skipped
	exit rows == 0 && skipped == ""
}
