#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A comment that cites a section or a document which is not in the repository is a
# finding, with its line; one that cites what is there is none.  So is a file that
# README.md names and that is not there.
. "${0%/*}/../lib/e2e.sh"

# finds LINE|- TEXT... - what tidy says of a file of these lines.
finds()
{
	finds_line=$1
	shift
	printf '%s\n' "$@" >source.h
	awk -f "$e2e_root/tools/tidy-cites.awk" source.h >found || fail "awk failed on: $*"
	if [ "$finds_line" = - ]; then
		[ ! -s found ] || fail "of '$*' it says: $(cat found)"
	else
		grep -q "^source.h:$finds_line: " found || fail "nothing is found in: $*"
		same 1 "$(wc -l <found)" "findings in '$*'"
	fi
}

mkdir docs
# Spelt so that tidy does not look for them.
book=docs/book other=docs/other
book=$book.md other=$other.md
printf '# Book\n\n## 1. One\n\n### 1.2 Two\n\n## 10. Ten\n' >"$book"

finds - "/* See $book. */"
finds - "/* See $book 1. */" "/* ($book 1.2) */" "/* $book 1, 1.2 and 3 more */"
finds - " * as $book" ' * 1.2 says.'
finds - " * as $book 1 and" ' * 1.2 say.'
finds 2 'int at;' "/* See $book 2. */"
finds 1 "/* See $book 1.2, 1.3. */"
finds 1 "/* See $book 1.2 and 1.3. */"
finds 1 "/* $book 1.1 to 1.2 */"
finds 2 " * as $book" ' * 7 says.'
finds 1 "/* See $other. */"
# Spelt so that tidy does not find these lines.
finds 1 "/* DESIG""N section 5 */"
finds 1 "/* the driver's note, $(printf '\302\247')3 */"

mkdir -p simfs/store
: >simfs/store/map.c
echo 'See store/map.c, simfs/store/map.c and (store/NAME.c).' >README.md
awk -f "$e2e_root/tools/tidy-cites.awk" README.md >found
[ ! -s found ] || fail "of files that are there it says: $(cat found)"
echo 'See store/map.c and store/gone.c.' >README.md
same "README.md:1: no file 'store/gone.c'" \
	"$(awk -f "$e2e_root/tools/tidy-cites.awk" README.md)" "what it says of a file that is gone"
