# SPDX-License-Identifier: Apache-2.0
#
# Banned calls: those that overflow or cannot report an error, and those that depend on chance or on
# a clock that tests cannot step.

BEGIN {
	split("rand srand random srandom drand48 lrand48 rand_r time gettimeofday clock_gettime " \
		"strcpy strcat sprintf vsprintf gets atoi atol atof strtok system popen alloca", names)
	for (i in names)
		banned[names[i]] = 1
	at_home["clock_gettime"] = "simfs/base/clock.c"
}

FNR == 1 { in_comment = 0 }

{
	line = $0
	gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
	if (in_comment) {
		if (line !~ /\*\//)
			next
		sub(/^.*\*\//, "", line)
		in_comment = 0
	}
	gsub(/\/\*([^*]|\*[^\/])*\*\//, "", line)
	sub(/\/\/.*$/, "", line)
	if (line ~ /\/\*/) {
		sub(/\/\*.*$/, "", line)
		in_comment = 1
	}
	while (match(line, /[A-Za-z_][A-Za-z_0-9]*[ \t]*\(/)) {
		before = RSTART > 1 ? substr(line, RSTART - 1, 1) : ""
		name = substr(line, RSTART, RLENGTH - 1)
		gsub(/[ \t]/, "", name)
		line = substr(line, RSTART + RLENGTH)
		# A member with this name is a callback.
		if (before == "." || before == ">")
			continue
		# A test may start a program with a shell.
		if (name == "system" && FILENAME ~ /^tests\//)
			continue
		if (name in banned && at_home[name] != FILENAME)
			print FILENAME ":" FNR ": call of " name "()"
	}
}
