#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Every fenced command of README.md and docs/ is run, page by page and in order, in a fresh
# folder, and prints what the page shows.  What cannot be run here says why, and is counted.
# shellcheck disable=SC2016,SC1003 # of the pages
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/docs.sh"
not_under_valgrind "is too slow for all of the pages"

# ---- a page that does not do what it says is found out ----

# page LINE... - a page in page.md.
page()
{
	printf '%s\n' "$@" >page.md
}

# is_wrong TEXT - the page is, and it is said so.
is_wrong()
{
	! docs_works "$work/page.md" || fail "this page is taken to work: $(cat page.md)"
	grep -qF -e "$1" docs-said || fail "expected '$1', got '$(cat docs-said)'"
}

# is_right TEXT - the page is, and the last line counts so.
is_right()
{
	docs_works "$work/page.md" || fail "this page works: $(cat page.md): $(cat docs-said)"
	same "$1" "$(tail -n 1 docs-said)" "the count of $(cat page.md)"
}

page '```console' '$ echo a; echo b; echo c' 'a' '...' 'c' '$ echo one two three' 'one ... three' \
	'$ cd /; X=1' '$ echo $X in $PWD' '1 in /' '$ echo a \' '>   b' 'a b' '```'
is_right "5 commands, 0 skipped"
page '```console' '$ echo a' '```'
is_wrong "page.md:2: it printed something else"
page '```console' '$ echo a; echo b' 'a' '```'
is_wrong "it printed something else"
page '```console' '$ echo abc' 'ab' '```'
is_wrong "it printed something else"
page '```console' '$ echo abcd' 'a...c' '```'
is_wrong "it printed something else"
page '```console' '$ false' '```'
is_wrong "exit code 1, and the page does not show it"
page '```console' '$ false' '$ true' '```'
is_wrong "page.md:2: exit code 1, and the page does not show it"
page '```console' '$ echo no; exit_code() { return 3; }; exit_code' '...' '```'
is_wrong "exit code 3"
page '```console' '$ (exit 3)' '$ echo $?' '3' '$ cat nothing' \
	'cat: nothing: No such file or directory' '```'
is_right "3 commands, 0 skipped"
page '```sh' 'false' 'true' '```'
is_wrong "exit code 1"
page '<!-- docs-test: file a/b.yaml -->' '```yaml' 'x: 1' '```' '```console' '$ cat a/b.yaml' \
	'x: 1' '```'
is_right "1 commands, 0 skipped"
page '<!-- docs-test: skip it needs another machine -->' '```sh' 'false' '```' \
	'<!-- docs-test: needs no-such-tool -->' '```console' '$ false' '$ false' '```' \
	'<!-- docs-test: long -->' '```console' '$ false' '```'
is_right "0 commands, 4 skipped"
grep -qF "page.md:2: skipped: it needs another machine" docs-said || fail "$(cat docs-said)"
! docs_works "$work/page.md" long || fail "what takes long is never run"
page '```console' '$ mkdir m && snaprig create i --size 1MiB && snaprig mount i m' '```'
is_wrong "left behind"
umount_volume "$docs_folder/m"

page '```yaml' 'a: [ 1, 2 ]' '---' 'b: 2' '```'
is_right "0 commands, 0 skipped"
if python3 -c 'import yaml' 2>/dev/null; then
	page '```yaml' 'a: [ 1, 2' '```'
	is_wrong "page.md:1: it is no YAML"
fi

page '```' 'true' '```'
is_wrong "page.md:1: a block of an unknown language ''"
page '```bash' 'true' '```'
is_wrong "a block of an unknown language 'bash'"
page 'So:' '' '    true'
is_wrong "page.md:3: a block without a fence"
page '```console' 'true' '```'
is_wrong "page.md:2: a session begins with '\$ COMMAND'"
page '<!-- docs-test: skip -->' '```sh' '```'
is_wrong "'skip' of what?"
page '<!-- docs-test: later -->' '```sh' '```'
is_wrong "no mark 'later'"
page '<!-- docs-test: long -->' 'text' '```sh' '```'
is_wrong "a mark without a block"
page '```sh' 'true'
is_wrong "page.md:1: a block without an end"

# ---- and all of ours ----

# The index leads to each page.
for page in "$e2e_root"/docs/*.md; do
	name=${page##*/}
	[ "$name" = README.md ] || grep -qF "]($name)" "$e2e_root/docs/README.md" ||
		fail "docs/README.md does not lead to $name"
done
# A link leads to a file that is there.
for page in "$e2e_root"/README.md "$e2e_root"/docs/*.md; do
	grep -oE '\]\([^):# ]+' "$page" | sed 's/^](//; /^https*$/d' | while read -r link; do
		[ -e "${page%/*}/$link" ] || fail "$page: there is no $link"
	done
done

docs_work short "$e2e_root/README.md" "$e2e_root"/docs/*.md
awk '{ for (i = 2; i <= NF; i++) if ($i ~ /^commands/) count += $(i - 1) } END { print count }' \
	docs-all >count
[ "$(cat count)" -ge 60 ] || fail "only $(cat count) commands are run"
