#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What scripts ask of jq is answered by a helper where it is easy (tests/e2e/jq/jq.h): what it
# prints and how it ends is jq's, to the byte, whatever is asked of whatever JSON.  Where it is not
# easy jq is asked.  ROWS=all asks all of it in every way
# (long/all_questions_are_answered_as_jq_does).
. "${0%/*}/../lib/e2e.sh"

requires jq
quick=$E2E_TOOLS/quick_jq
[ -x "$quick" ] || skip "the helper is not built"
real=$(unset -f jq && command -v jq)

# ---- of what is asked ----

cat >status.json <<'END'
{"state": "active", "depth": 3, "error": null, "ok": true, "nothing": [], "none": {}, "off": false,
 "snapshots": [{"name": "s0", "state": "active", "blocks": 10, "clone": false},
  {"name": "s1", "state": "invalid", "error": "ENOSPC", "blocks": 200, "clone": true}],
 "gauges": {"store.used": {"value": 5, "source": "a \"b\" \\c"}}, "texts": ["x", "", "y z"],
 "mixed": [1, "a", null, true, [2], {"k": 1}], "numbers": [1, -2, 30]}
END
cat >odd.json <<'END'
{"state": "gr\u00fc\u00dfe\u0001\n\u007f", "depth": 1.5, "error": 9007199254740993, "ok": 1e3,
 "snapshots": {"a": {"name": 1}}, "gauges": null, "texts": [1.0, "\u20ac"],
 "numbers": [0.1, 2, -0.0], "mixed": [[], {}, ""], "nothing": "text", "none": [null]}
END
printf '"a text"' >text.json
printf '[{"name": "n", "state": 1}, {"state": "b"}]\n' >list.json
printf '7\n' >number.json
printf '{"a": 1, "a": 2, "state": 1, "state": 2}' >twice.json
printf '{"state": 1}\n{"state": 2}\n' >several.json
printf '{"state": ' >torn.json
: >empty.json

# The helper alone must know these, of status.json.
cat >easy <<'END'
.
.state
.snapshots[0].state
.snapshots[-1].error
.snapshots[5].error
.snapshots[].name
.gauges["store.used"].value
.gauges["store.used"].source
.missing.deeper[3].still
.snapshots | length
.numbers[1], .state, (.depth)
[.state, .depth, .error, .ok]
[.snapshots[].blocks]
[.state] + .texts
.depth + 4
.depth == 3 and (.snapshots | length) > 1 or .off
.depth != 3 or .state == "active"
.off // "nothing"
.error // .missing // .depth
"\(.state) and \(.depth), \"\(.snapshots[1].error)\" \\"
"\(.numbers) \(.ok) \(.error)"
.snapshots[] | select(.name == "s1") | .state + " " + .error
[.snapshots[] | select(.blocks >= 10 and .clone != true) | .name] | join(" ")
any(.snapshots[]; .state == "active" and .clone != true)
all(.snapshots[]; .blocks > 10)
[.snapshots[].clone] | any | not
[.snapshots[].clone] | all
.snapshots | map(.blocks) | add
.numbers | map(. + 1) | add // 0
.texts | join(", ")
.nothing
.nothing == [] and .none.missing == null
(.snapshots[] | "\(.name) \(.state)"), (.gauges["store.used"].value | select(. > 0) | "+ \(.)")
.snapshots[] | length
END
# jq is asked: what is not known, what is wrong, what is read in another way.
cat >hard <<'END'
keys
.snapshots | keys | .[0]
.snapshots as $s | $s | length
.[] | length
.state[0]
.depth.deeper
.snapshots[0:1]
.numbers | sort
.depth - 1
.depth * 2
-1
.. | numbers
.state?
if .ok then 1 else 2 end
{state, depth}
.texts | first
.state | test("act")
.snapshots[] |= 1
.numbers[0] < .numbers[1]
.state < .depth
.state + .depth
.none + .none
.mixed | join("-")
.mixed[] | tostring
[.snapshots[].name, .texts[]] | length
"\(.snapshots[].name) \(.texts[])"
.snapshots[].name == .texts[]
"tab\tand \u00fc"
.state # a comment
.nothing | add
.state |
)
.a b
1.5
12345678901
limit(1; .snapshots[])
END

# answered PROGRAM FILE ARGUMENT...
answered()
{
	answered_status=0
	answered_by=$1
	answered_file=$2
	shift 2
	"$answered_by" "$@" <"$answered_file" 2>&1 || answered_status=$?
	echo "ends with $answered_status"
}

# asked FILTER FILE OPTION
asked()
{
	answered "$real" "$2" "$3" "$1" >expected
	answered "$quick" "$2" "$3" "$1" >found
	cmp expected found >/dev/null ||
		fail "jq $3 '$1' $2: expected '$(cat expected)', got '$(cat found)'"
}

# asked_all FILTER - of every file, in every way.
asked_all()
{
	for file in status odd text list number twice several torn empty; do
		for options in -r -c -e -cr; do
			asked "$1" $file.json $options
		done
	done
}

# asked_some FILTER NUMBER - of one file, in one way.
asked_some()
{
	file=$(echo odd text list number twice several torn empty | cut -d' ' -f$(($2 % 8 + 1)))
	asked "$1" "$file.json" "$(echo -r -c -e -cr | cut -d' ' -f$(($2 % 4 + 1)))"
}

number=$SEED
while IFS= read -r filter; do
	number=$((number + 1))
	if [ "${ROWS:-}" = all ]; then
		asked_all "$filter"
		continue
	fi
	[ $((number % 3)) != 0 ] || asked_some "$filter" $((number / 3))
	! grep -qxF -e "$filter" easy || asked "$filter" status.json -c
done <<END
$(cat easy hard)
END
asked . status.json -r
same active "$("$quick" -r .state status.json)" "of a file"

# ---- by whom ----

while IFS= read -r filter; do
	PATH=/nowhere "$quick" -c "$filter" status.json >found ||
		fail "'$filter' is jq's: $(cat found)"
done <easy
status=0
PATH=/nowhere "$quick" -c 'keys' status.json >found 2>&1 || status=$?
same 127 "$status" "who is to answer what is not easy ($(cat found))"
same 1 "$(jq -n 1)" "an option that only jq knows"
same '["a",1]' "$(jq -nc --arg one a '[$one, 1]')" "arguments"
