#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# bench/limit, which a rig is held against, does what it says: a first touch of every block puts
# the old ones into the store before the new ones are written, whatever the store had before.
. "${0%/*}/../lib/e2e.sh"
requires jq python3
not_under_valgrind "has another program beside it"
limit=${SNAPRIG%/*}/bench/limit

# blocks FILE - the digest of each block of 4 KiB, in order of the digests.
blocks()
{
	python3 -c 'import hashlib, sys
content = open(sys.argv[1], "rb").read()
for at in range(0, len(content), 4096):
	print(hashlib.sha256(content[at : at + 4096]).hexdigest())' "$1" | sort
}

BLOCKS=512
for words in "segments=1 room=zeroed" "segments=4 room=zeroed" "segments=4 room=fallocated" \
	"segments=1 room=none depth=1" "segments=16 room=none depth=256 direct=0"; do
	random_bytes 1 $((BLOCKS * 4096)) >file
	blocks file >old
	# shellcheck disable=SC2086 # words
	"$limit" first-touch file store=store $words >result || fail "$words"
	jq -e ".operations == $BLOCKS and .iops > 0 and .p50_us <= .p99_us and .segments > 0 and
		(.blocks_per_segment * .segments - $BLOCKS | fabs) < 5" result >/dev/null ||
		fail "$words: $(cat result)"
	blocks store >stored
	same "" "$(comm -23 old stored)" "old blocks that are not in the store: $words"
	blocks file >new
	same "" "$(comm -12 old new)" "blocks that were not written: $words"
done
same $((BLOCKS * 4096)) "$(stat -c %s file)" "the size of the file"

# Some of them: each once at most.
random_bytes 1 $((BLOCKS * 4096)) >file
blocks file >old
"$limit" first-touch file store=store count=100 >result || fail "100 of them"
blocks file >new
same $((BLOCKS - 100)) "$(comm -12 old new | wc -l)" "blocks that are as they were"

"$limit" read file count=1000 depth=8 | jq -e '.operations == 1000' >/dev/null || fail "reads"
blocks file >after
cmp new after || fail "a read has changed the file"
"$limit" write file seed=0 block=65536 depth=2 | jq -e ".operations == $((BLOCKS / 16))" \
	>/dev/null || fail "writes in order"
blocks file >new
same "" "$(comm -12 old new)" "blocks that were not written in order"

for words in "" "read" "seek file" "read file depth=0" "read file depth=" "read file depht=1" \
	"read nowhere" "first-touch file" "read file block=511"; do
	e2e_status=0
	# shellcheck disable=SC2086 # words
	"$limit" $words >result 2>said || e2e_status=$?
	case $words in
	*nowhere) same 4 "$e2e_status" "exit of '$words'" ;;
	*) same 2 "$e2e_status" "exit of '$words'" ;;
	esac
	grep -q '^limit: ' said || fail "it does not say what is wrong with '$words'"
done
