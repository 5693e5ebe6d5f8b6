#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# docs_session.bash STEPS SET - runs the steps that docs_blocks.awk has made, in order, in one shell
# and in this folder, like a user who types the commands of a page.  SET is `short`, or `long` to
# include the steps that take long.  Stops at the first step that does not do what the page says.
#
# A command must print what the page shows (docs_shown.awk).  It must succeed, unless the page shows
# its error message, or its exit code with `echo $?`.  Prints a line for each skipped step, and at
# the end "N commands, N skipped".
set -u
docs_steps=$1 docs_set=$2 docs_shown=${0%/*}/docs_shown.awk
# LVM's tools complain about other files that a test has open.
export LVM_SUPPRESS_FD_WARNINGS=1
docs_ran=0 docs_skipped=0 docs_status=0 docs_is_shown=1

docs_fail()
{
	printf '%s: %s\n' "$(<"$docs_step.at")" "$1"
	sed 's/^/  $ /' "$docs_step.text"
	[ ! -s "$docs_steps/said" ] || sed 's/^/  | /' "$docs_steps/said"
	exit 1
}

docs_skip()
{
	printf '%s: skipped: %s\n' "$(<"$docs_step.at")" "$1"
	docs_skipped=$((docs_skipped + 1))
}

# docs_lacks NAME... - prints the first that is missing.
docs_lacks()
{
	local name
	for name in "$@"; do
		case $name in
		root) [ "$(id -u)" = 0 ] || { echo "it needs root" && return; } ;;
		*) command -v "$name" >/dev/null || { echo "'$name' is missing" && return; } ;;
		esac
	done
}

# docs_reason - prints why the step is not run, or nothing.
docs_reason()
{
	local mark names
	[ -e "$docs_step.mark" ] || return 0
	read -r mark names <"$docs_step.mark"
	if [ "$mark" = long ] && [ "$docs_set" != long ]; then
		echo "it takes long (make check-long)"
		return
	fi
	# shellcheck disable=SC2086 # words
	docs_lacks $names
}

docs_run()
{
	local text
	text=$(<"$docs_step.text")
	# Sets $? for the page's command to the status of the previous one.
	(exit "$docs_status")
	eval "$text" >"$docs_steps/said" 2>&1 </dev/null
	docs_status=$?
	# Tests that run at the same time make mount namespaces, with a copy of each mount, and loop
	# devices, which fio may see disappear while it searches for the disk of a file.
	sed -i -e '/ was also mounted in the mount namespace of .* where it is dead now$/d' \
		-e '/^stat: No such file or directory$/d' "$docs_steps/said"
	docs_ran=$((docs_ran + 1))
}

# A failure that the page does not show is an error unless the next command prints the exit code.
docs_no_failure_is_hidden()
{
	[ "$docs_is_shown" = 1 ] || docs_step=$docs_hidden docs_fail "$docs_hidden_how"
	docs_is_shown=1
}

for docs_step in "$docs_steps"/*.kind; do
	[ -e "$docs_step" ] || break
	docs_step=${docs_step%.kind}
	docs_why=$(docs_reason)
	[ -z "$docs_why" ] || { docs_skip "$docs_why" && continue; }
	case $(<"$docs_step.kind") in
	skip) docs_skip "$(<"$docs_step.text")" ;;
	file)
		docs_name=$(<"$docs_step.name")
		mkdir -p "$(dirname "$docs_name")"
		cat "$docs_step.text" >"$docs_name"
		;;
	yaml)
		! python3 -c 'import yaml' 2>/dev/null ||
			python3 -c 'import sys, yaml; list(yaml.safe_load_all(sys.stdin))' \
				<"$docs_step.text" 2>"$docs_steps/said" ||
			docs_fail "it is no YAML"
		;;
	sh)
		docs_no_failure_is_hidden
		bash -eu "$docs_step.text" >"$docs_steps/said" 2>&1 </dev/null ||
			docs_fail "exit code $?"
		docs_ran=$((docs_ran + 1))
		;;
	console)
		# shellcheck disable=SC2016 # what the page says
		[ "$(<"$docs_step.text")" = 'echo $?' ] && docs_is_shown=1
		docs_no_failure_is_hidden
		docs_run
		awk -v said="$docs_steps/said" -v shown="$docs_step.says" -f "$docs_shown" ||
			docs_fail "it printed something else"
		grep -qvxF '...' "$docs_step.says" || [ "$docs_status" = 0 ] || {
			docs_is_shown=0 docs_hidden=$docs_step
			docs_hidden_how="exit code $docs_status, and the page does not show it"
		}
		;;
	esac
done
docs_no_failure_is_hidden
echo "$docs_ran commands, $docs_skipped skipped"
