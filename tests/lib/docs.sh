# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# docs.sh - runs the commands of a Markdown page; sourced after e2e.sh.  docs_blocks.awk says what a
# page may contain, docs_session.bash how it is run.
# shellcheck disable=SC2154 # of e2e.sh

requires bash awk
mkdir "$work/bin" "$work/tmp"
ln -s "$SNAPRIG" "$work/bin/snaprig"

docs_count=0
# docs_works PAGE [SET] - true if every command of PAGE does what it says, in order, in a fresh
# folder, and leaves nothing behind; otherwise, the problem is in $work/docs-said.
docs_works()
{
	docs_count=$((docs_count + 1))
	docs_folder=$work/page.$docs_count
	mkdir -p "$docs_folder" "$work/steps.$docs_count"
	awk -v folder="$work/steps.$docs_count" -f "$e2e_root/tests/lib/docs_blocks.awk" "$1" \
		>docs-said || return 1
	case $1 in
	# It is read in the source tree.
	*/README.md)
		ln -s "$SNAPRIG" "$docs_folder/snaprig"
		ln -s "$e2e_root/scenarios" "$docs_folder/scenarios"
		;;
	esac
	(
		cd "$docs_folder"
		PATH=$work/bin:$PATH HOME=$docs_folder TMPDIR=$work/tmp \
			bash "$e2e_root/tests/lib/docs_session.bash" \
			"$work/steps.$docs_count" "${2:-short}"
	) >docs-said 2>&1 || return 1
	docs_left=$(mounts_below "$docs_folder")$(ls -A "$work/tmp")
	wait_until 15 no_rig_runs || docs_left="$docs_left a rig"
	[ -z "$docs_left" ] || {
		echo "$1: left behind: $docs_left" >>docs-said
		return 1
	}
	rm -rf --one-file-system "$docs_folder"
}

# docs_work SET PAGE... - all of the pages work, and at least one command was run.
docs_work()
{
	docs_set=$1
	shift
	for docs_page in "$@"; do
		docs_works "$docs_page" "$docs_set" || {
			cat docs-said
			fail "${docs_page#"$e2e_root/"} does not do what it says"
		}
		sed "s,^$e2e_root/,,; \$s,^,${docs_page#"$e2e_root/"}: ," docs-said | tee -a docs-all
	done
}
