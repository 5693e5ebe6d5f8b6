#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `snaprig run --report html=FILE` is one page that needs nothing else: what did not pass first,
# a timeline of each scenario, and whatever a client says escaped.
# shellcheck disable=SC1083 # words of adapters
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"

client good "cat {snapshot} >{out} || { rm -f {out}; exit 1; }" "cp {out} {restored}"
client lies "cat {snapshot} >{out}; exit 0" "cp {out} {restored}"
client hostile "touch {out}'.<script>alert(1)'; cat {snapshot} >{out}" "cp {out} {restored}"
scenario passes good random <<END
- fault: snapshot.read error=EIO offset=20MiB..
- backup: { of: s1, to: b1 }
- repeat: { times: 3, steps: [ { expect: { verdict: detected } } ] }
END
scenario fails lies random <<END
- fault: snapshot.read error=EIO offset=20MiB..
- backup: { of: s1, to: b1 }
- expect: { verdict: detected }
END
# It strikes what is asked: nobody else may ask then.
scenario control good zeros <<END
- fault: control.command error=EIO after=100000
- backup: { of: s1, to: b1 }
END

ran 1 passes.yaml fails.yaml --report html=page.html
page=page.html
# shown PATTERN [COUNT] - so many lines of the page have it.
shown()
{
	same "${2:-1}" "$(grep -cE -e "$1" $page)" "lines of the page with '$1'"
}
shown '<svg class="timeline" ' 2
shown 'https?://' 0
shown '<!DOCTYPE html>'
shown 'class="badge failed">1 failed</span> <span class="badge passed">1 passed</span>'
same "fails passes" "$(sed -n 's/^<tr data-outcome.*#s[0-9]*">\([a-z]*\)<.*/\1/p' $page |
	tr '\n' ' ' | sed 's/ $//')" "the order of the scenarios"
shown '<g class="bar silent-corruption"><rect .*<title>b1: silent-corruption, [0-9.]+ s to'
# What is told in full has the times in the drawing, too; what passed has them in its tables.
shown '<g class="bar phase"><rect [^>]*><title>inject, [0-9.]+ s to'
shown '<g class="bar phase"><rect [^>]*/><text [^>]*>inject</text>'
shown '<p class="legend" id="legend">.*a fault struck'
shown '<path class="fault" .*<title>[0-9.]+ s fault.fired .*point snapshot.read' 2
shown '<path class="snapshot" d="M[0-9.]+ 43H[0-9.]+"><title>snapshot s1</title>' 2
shown '<polyline class="read" points="[0-9 ,]+"/>' 2
shown '<desc>[0-9.]+ seconds, 1 runs of the client, 1 faults struck, 0 ' 2
shown '<p class="message">expected verdict detected, met silent-corruption'
shown '<summary>b1.backup.log</summary>'
shown 'cat: .*Input/output error'
shown '<summary>fails.yaml</summary>'
shown '^<mark>  13  +- expect: \{ verdict: detected \}</mark>$'
shown '^<div class="command">Run it again: <code>snaprig run fails.yaml --seed 7</code></div>$'
shown '<code>snaprig run fails.yaml .* --record records; snaprig shrink records/fails.jsonl</code>'
shown '<p class="headline bad">1 of 2 scenarios did not pass</p>'
shown '^<p>Snaprig [0-9.]+, Linux .* [0-9]+ processors?, [0-9.]+ [MG]iB of memory\.</p>'
shown '^<tr><th scope="row">actiphy<td>ActiveImage .*<td>10%<td>4 KiB<td>1<td>20%$'
shown '<th scope="row">xen' 0

shown '<td>expect verdict detected, and 2 more of it<td>'

# Where the restore is wrong: the client saved up to the bad sectors, and nothing behind.
shown '<svg class="map" ' 1
shown '<path class="missing" d="M70 80h896v14h-896zM70 96h896v14.*><title>nothing</title>' 1
shown '<path class="right" d="M70 0h896v128h-896z' 1
shown '<p>3072 of 8192 blocks differ .*It has 20971520 bytes instead of 33554432'
shown '<tr><td>20971520<td>33554431<td>12 MiB<td>nothing$'

# Of a tree, the names; what is mounted for it needs root.
client forgets "cp -a {snapshot}/. {out}; rm {out}/first; echo >>{out}/new; exit 0" \
	"cp -a {out}/. {restored}" 'gives: tree
compares: tree'
scenario tree forgets '{ ext4: { files: 20, bytes: 1MiB } }' <<END
- backup: { of: s1, to: b1 }
END
if [ "$(id -u)" = 0 ]; then
	ran 1 tree.yaml --report html=page.html
	shown '<p>2 of [0-9]+ names differ'
	shown '^<tr><td>first<td>is missing$'
	shown '^<tr><td>new<td>was not there$'
	shown '<svg class="map"' 0
fi

# A name that would be a script is text.
scenario hostile hostile zeros <<END
- backup: { of: s1, to: b1 }
END
e2e_status=0
rig run hostile.yaml --report html=page.html >tap 2>said || e2e_status=$?
grep -q 'alert(1)' $page || fail "what was left behind is not told: $(cat tap)"
shown '<script>alert' 0
nothing_left

# Without anybody who asks the rig, the page has no curves, and the rule no strikes.
ran 3 control.yaml --report html=page.html
shown '<polyline' 0
shown '<svg class="timeline" '

# Beside the other reports; and where it cannot be written.
ran 0 passes.yaml --report html=page.html --report junit=j.xml --report tap=t.tap
[ -s j.xml ] && [ -s t.tap ] && shown '<svg class="timeline"'
e2e_status=0
rig run passes.yaml --report html=passes.yaml/page.html >tap 2>said || e2e_status=$?
[ "$e2e_status" != 0 ] || fail "a page below a file"
nothing_left
