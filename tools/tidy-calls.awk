# SPDX-License-Identifier: Apache-2.0
#
# Calls that nobody makes: those that overflow or cannot say what failed, and
# those that bring in chance or a clock that no test can step.

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
		# A member of that name is somebody's callback.
		if (before == "." || before == ">")
			continue
		# A test may start a program as a shell does.
		if (name == "system" && FILENAME ~ /^tests\//)
			continue
		if (name in banned && at_home[name] != FILENAME)
			print FILENAME ":" FNR ": call of " name "()"
	}
}
