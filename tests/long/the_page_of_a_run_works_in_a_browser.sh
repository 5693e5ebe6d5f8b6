#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The page of `run --report html=FILE` in a real browser: its buttons and its filter do what
# they say, nothing asks the network, nothing hangs over the edge of a telephone, and it can
# be looked at.
# shellcheck disable=SC1083 # words of adapters
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"
requires chromium

client good "cat {snapshot} >{out} || { rm -f {out}; exit 1; }" "cp {out} {restored}"
client lies "cat {snapshot} >{out}; exit 0" "cp {out} {restored}"
for name in good lies; do
	scenario "$name-run" "$name" random <<-END
		- fault: snapshot.read error=EIO offset=20MiB..
		- backup: { of: s1, to: b1 }
		- expect: { verdict: detected }
	END
done
ran 1 good-run.yaml lies-run.yaml --report html=page.html

# The name of a socket of its own has room for 107 bytes, and it cannot be told where to put it.
browser_home=$(mktemp -d /tmp/browser.XXXXXX)
# shellcheck disable=SC2016 # at the end
on_exit 'rm -rf "$browser_home"'

# browser WIDTH PAGE ARGUMENT...
browser()
{
	e2e_width=$1 page=$2
	shift 2
	HOME=$browser_home TMPDIR=$browser_home timeout 120 chromium --headless --no-sandbox \
		--disable-gpu --user-data-dir="$browser_home/profile" \
		--window-size="$e2e_width,1200" "$@" \
		"file://$work/$page" 2>browser.log
}

# acted WIDTH 'SCRIPT' - what is in `said` after the page has run SCRIPT, too.
acted()
{
	cat page.html >acted.html
	printf '<script>const said=[];%s;document.title="said: "+said.join(" | ")</script>\n' \
		"$2" >>acted.html
	browser "$1" acted.html --dump-dom >dom || fail "no browser: $(cat browser.log)"
	sed -n 's/.*<title>said: \([^<]*\)<.*/\1/p' dom | head -n 1
}

same "lies-run good-run" "$(acted 1100 '
for (const h of document.querySelectorAll("section h2")) said.push(h.firstChild.data.trim())' |
	sed 's/ | / /')" "what did not pass is first"
same "true false" "$(acted 1100 '
const filter = document.getElementById("filter");
filter.value = "LIES"; filter.dispatchEvent(new Event("input"));
const hidden = name => [...document.querySelectorAll("section")]
	.find(section => section.textContent.includes(name + "-run.yaml")).hidden;
said.push(hidden("good") + " " + hidden("lies"))')" "the filter"
same "snaprig run lies-run.yaml --seed 7" "$(acted 1100 '
document.querySelector(".copy").click(); said.push(String(getSelection()))')" "what is copied"
same "1" "$(acted 1100 '
said.push(document.querySelectorAll("section:first-of-type path.fault").length)')" "faults drawn"
same "true" "$(acted 1100 '
const curve = document.querySelector("polyline.read").getBoundingClientRect();
const box = document.querySelector("svg").getBoundingClientRect();
said.push(curve.height > 10 && curve.width > 50 && curve.right <= box.right + 1 &&
	curve.top >= box.top)')" "the curve lies in its drawing"
same "fits" "$(acted 500 '
said.push(document.documentElement.scrollWidth <= innerWidth ? "fits" : "too wide")')" "a telephone"

browser 1100 page.html --screenshot="$work/page.png" || fail "no screenshot: $(cat browser.log)"
[ "$(stat -c %s page.png)" -gt 20000 ] || fail "the screenshot is empty"
nothing_left
