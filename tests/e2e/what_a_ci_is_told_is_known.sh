#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The files for CI systems, and the examples in the how-to guides, are YAML, and call `snaprig run`
# with options that it has.
. "${0%/*}/../lib/e2e.sh"

requires jq
mkdir files
find "$e2e_root/.github" -name '*.yml' -exec cp {} files \;
for guide in github gitlab kubernetes; do
	awk '/^```yaml$/ { block = 1; next } /^```$/ { block = 0 } block' \
		"$e2e_root/docs/how-to-$guide.md" >"files/$guide.yml"
done
[ "$(find files -size +0 | wc -l)" -ge 6 ] || fail "only $(find files -size +0) are there"

rig list commands --json >table
jq -r '.commands[] | select(.name == "run") | .options[].name' table | sort >known
[ -s known ] || fail "run has no options"
for file in files/*.yml; do
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
cat >config <<-'END'
	extends: default
	rules:
	  document-start: disable
	  line-length: { max: 120 }
	  truthy: { check-keys: false }
	  brackets: { max-spaces-inside: 1 }
	  braces: { max-spaces-inside: 1 }
END
yamllint -s -c config files || fail "yamllint"
