#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The files for CI systems, and the examples for them, which the how-to guides show, are YAML, and
# call `snaprig run` with options that it has.
. "${0%/*}/../lib/e2e.sh"

requires jq
mkdir files
find "$e2e_root/.github" "$e2e_root/docs/examples" -name '*.y*ml' -exec cp {} files \;

# A guide shows the file that can be copied, without what stands above it there.
for example in github-workflow.yml gitlab-ci.yml kubernetes-job.yaml; do
	guide=$e2e_root/docs/how-to-${example%-*}.md
	awk '/^```yaml$/ { block = 1; next } /^```$/ { block = 0 } block' "$guide" >shown
	sed '1,/^$/d' "files/$example" | diff - shown >difference ||
		fail "$guide does not show docs/examples/$example: $(cat difference)"
	grep -qF "](examples/$example)" "$guide" || fail "$guide does not lead to $example"
done
[ "$(find files -type f -size +0 | wc -l)" -ge 5 ] || fail "only $(find files -size +0) are there"

rig list commands --json >table
jq -r '.commands[] | select(.name == "run") | .options[].name' table | sort >known
[ -s known ] || fail "run has no options"
for file in files/*.y*ml; do
	# A command goes on until its line, or its folded block, ends.
	awk '/snaprig run/ { on = 1 } on && !/--|snaprig run/ { on = 0 } on' "$file" |
		grep -o -e '--[a-z-]*' | sed 's/^--//' | sort -u >used
	[ -s used ] || [ "${file##*/}" = catalog.yml ] || fail "$file: runs nothing"
	[ -z "$(comm -23 used known)" ] || fail "$file: run has no option $(comm -23 used known)"
done
# The workflow gives the action what it takes.
sed -n '/uses: .\/.github\/actions\/snaprig/,/- uses/s/^ \{10\}\([a-z]*\):.*/\1/p' \
	files/catalog.yml | sort >used
sed -n '/^inputs:/,/^runs:/s/^  \([a-z]*\):$/\1/p' files/action.yml | sort >known
[ -s used ] || fail "the workflow gives nothing"
[ -z "$(comm -23 used known)" ] || fail "the action has no input $(comm -23 used known)"

command -v yamllint >/dev/null || exit 0
yamllint -s -c "$e2e_root/tools/yamllint.yaml" files || fail "yamllint"
