#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The pages of `run`, `matrix` and `compare --report html=FILE` in a real browser: their buttons,
# links and filters do what they say, nothing asks the network, nothing hangs over the edge of a
# telephone, and they can be looked at: SCREENSHOTS=FOLDER keeps what was seen of them.
# shellcheck disable=SC1083 # words of adapters
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_run.sh"
requires chromium
cp -r "$e2e_root/scenarios/failures" "$SNAPRIG_SHARE"

client good "cat {snapshot} >{out} || { rm -f {out}; exit 1; }" "cp {out} {restored}"
client lies "cat {snapshot} >{out}; exit 0" "cp {out} {restored}"
# What it says would be a script, the end of one, and no text at all.
client hostile "printf '<script>said.push(666)</script> ]]> \\000 \\377 <b>\\n'
  cat {snapshot} >{out}; exit 0" "cp {out} {restored}"
for name in good lies hostile; do
	scenario "$name-run" "$name" random <<-END
		- fault: snapshot.read error=EIO offset=20MiB..
		- backup: { of: s1, to: b1 }
		- expect: { verdict: detected }
	END
done
ran 1 good-run.yaml lies-run.yaml hostile-run.yaml --report html=run.html --report json=run.json

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

# acted WIDTH PAGE 'SCRIPT' - what is in `said` after PAGE has run SCRIPT, too.
acted()
{
	{
		echo '<script>const said=[]</script>'
		cat "$2"
		printf '<script>%s;document.title="said: "+said.join(" | ")</script>\n' "$3"
	} >acted.html
	browser "$1" acted.html --dump-dom >dom || fail "no browser: $(cat browser.log)"
	sed -n 's/.*<title>said: \([^<]*\)<.*/\1/p' dom | head -n 1
}

# seen WIDTH PAGE NAME [ARGUMENT...] - makes a picture of it, which is not empty.
seen()
{
	e2e_picture=$3
	browser "$1" "$2" --screenshot="$work/$e2e_picture.png" ${4:+"$4"} ||
		fail "no screenshot: $(cat browser.log)"
	[ "$(stat -c %s "$e2e_picture.png")" -gt 20000 ] || fail "$e2e_picture.png is empty"
	[ -z "${SCREENSHOTS:-}" ] || cp "$e2e_picture.png" "$SCREENSHOTS"
}

dark=--blink-settings=preferredColorScheme=0

# ---- a run ----

same "true" "$(acted 1100 run.html '
const names = [...document.querySelectorAll("section h2")].map(h => h.firstChild.data.trim());
said.push(names.join(" ").endsWith("-run good-run Environment") && names.length == 4)')" \
	"what did not pass is first"
same "true false true" "$(acted 1100 run.html '
const filter = document.getElementById("filter");
filter.value = "LIES"; filter.dispatchEvent(new Event("input"));
const hidden = name => [...document.querySelectorAll("section")]
	.find(section => section.textContent.includes(name + "-run.yaml")).hidden;
said.push(hidden("good") + " " + hidden("lies") + " " + hidden("hostile"))')" "the filter"
same "snaprig run lies-run.yaml --seed 7" "$(acted 1100 run.html '
document.querySelector(".copy").click(); said.push(String(getSelection()))')" "what is copied"
same "1" "$(acted 1100 run.html '
said.push(document.querySelectorAll("section:first-of-type .timeline .fault").length)')" \
	"faults drawn"
same "true" "$(acted 1100 run.html '
const curve = document.querySelector("polyline.read").getBoundingClientRect();
const box = document.querySelector(".timeline").getBoundingClientRect();
said.push(curve.height > 10 && curve.width > 50 && curve.right <= box.right + 1 &&
	curve.top >= box.top)')" "the curve lies in its drawing"
# The map: wrong blocks lie behind the 20 MiB that were saved, and the fault at their beginning.
same "true true" "$(acted 1100 run.html '
const map = document.querySelector(".map"), box = map.getBoundingClientRect();
const wrong = map.querySelector(".missing").getBoundingClientRect();
const fault = map.querySelector(".fault").getBoundingClientRect();
said.push((Math.abs((wrong.top - box.top) / box.height - 20 / 32) < 0.05) + " " +
	(fault.top >= wrong.top - 4 && fault.bottom <= wrong.bottom + 4))')" "the map"
# What passed is folded up, and opened by the link to it; all can be reached by keys.
same "false true" "$(acted 1100 run.html '
const link = [...document.querySelectorAll("#index a")].find(a => a.textContent == "good-run");
const whole = document.querySelector(link.hash + " .whole");
const before = whole.open;
location.hash = link.hash; dispatchEvent(new Event("hashchange"));
said.push(before + " " + whole.open)')" "what passed"
same "true" "$(acted 1100 run.html '
const all = [...document.querySelectorAll(
	"summary:not(.tabbed > details > summary), button, #index a, input")];
said.push(all.length > 10 && all.every(one => {
	for (let e = one.parentElement; e; e = e.parentElement)
		if (e.tagName == "DETAILS") e.open = true;
	one.focus(); return document.activeElement == one; }))')" "the keyboard"
# What a failed one left is behind tabs, by click and by key; all of it is printed.
same "Steps b1.backup.log,kernel.log true 1 1 true" "$(acted 1100 run.html '
const box = [...document.querySelectorAll("section")]
	.find(one => one.textContent.includes("lies-run.yaml")).querySelector(".panels");
const tabs = [...box.querySelectorAll("[role=tab]")], names = tabs.map(one => one.textContent);
const open = () => [...box.querySelectorAll("details[open]")];
const log = names.indexOf("b1.backup.log"), before = open().length;
tabs[log].click();
const shown = open();
const right = new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true });
tabs[log].dispatchEvent(right);
said.push(names[0] + " " + names.slice(log, log + 2) + " " +
	(shown[0].querySelector("summary").textContent == names[log]) + " " + before + " " +
	shown.length + " " + (document.activeElement == tabs[log + 1]))')" "tabs"
same "true" "$(acted 1100 run.html '
dispatchEvent(new Event("beforeprint"));
said.push([...document.querySelectorAll(".tabbed > details")].every(one => one.open))')" "print"
# Every drawing says in words what it shows.
same "true" "$(acted 1100 run.html '
const drawings = [...document.querySelectorAll("svg[role=img]")];
said.push(drawings.length > 3 && drawings.every(one => one.querySelector("title").textContent &&
	one.querySelector("desc").textContent))')" "drawings in words"
same "true" "$(acted 1100 run.html '
const log = [...document.querySelectorAll(".log")].map(one => one.textContent).join();
said.push(log.includes("<script>said.push(666)</scr" + "ipt> ]]> ? ? <b>"))')" "hostile output"
same "fits" "$(acted 500 run.html '
said.push(document.documentElement.scrollWidth <= innerWidth ? "fits" : "too wide")')" "a telephone"

seen 1100 run.html run
seen 1100 run.html run-dark $dark
seen 500 run.html run-telephone
browser 1100 run.html --print-to-pdf="$work/run.pdf" || fail "no print: $(cat browser.log)"
[ "$(stat -c %s run.pdf)" -gt 20000 ] || fail "what is printed is empty"

rig report merge run.json --report html=merged.html >/dev/null || [ $? = 1 ] || fail "no merge"
same "3 2" "$(acted 1100 merged.html '
said.push(document.querySelectorAll(".timeline").length + " " +
	document.querySelectorAll(".map").length)')" "drawings of a merged report"

# What it says finds the fewest faults is a line for a shell that does.
mkdir mine
cp "$SNAPRIG_SHARE/clients/lies.yaml" mine/own.yaml
sed 's/^client: .*/client: own/; s/^name: .*/name: own-run/' lies-run.yaml >own-run.yaml
ran 1 own-run.yaml --clients mine --report html=own.html
shrink=$(sed -n 's/.*lead there: <code>\([^<]*\)<.*/\1/p' own.html)
PATH=$(dirname "$SNAPRIG"):$PATH sh -c "$shrink" >fewest 2>said || fail "exit $? of: $shrink"
grep -q '^snapshot.read error=EIO .* times=1$' fewest || fail "no fewest faults of: $shrink"

# ---- a matrix ----

e2e_status=0
rig matrix good lies --size 2MiB --failures 'read-error,short-read' --report html=matrix.html \
	>tap 2>said || e2e_status=$?
same 1 "$e2e_status" "exit of matrix"
same "S silent-corruption true" "$(acted 1100 matrix.html '
const link = document.querySelector("#index td.silent-corruption a");
const row = document.querySelector(link.hash);
location.hash = link.hash; dispatchEvent(new Event("hashchange"));
said.push(link.textContent + " " + row.querySelector(".badge").textContent + " " +
	(row.getBoundingClientRect().height > 0))')" "a cell leads to its evidence"
same "true false" "$(acted 1100 matrix.html '
const filter = document.getElementById("filter");
filter.value = "lies"; filter.dispatchEvent(new Event("input"));
said.push([...document.querySelectorAll("#index tbody tr")].map(row => row.hidden).join(" "))')" \
	"the filter of a matrix"
same "fits" "$(acted 500 matrix.html '
said.push(document.documentElement.scrollWidth <= innerWidth ? "fits" : "too wide")')" "a telephone"
seen 1100 matrix.html matrix
seen 500 matrix.html matrix-telephone $dark

# ---- a comparison ----

rig compare --size 4MiB --rounds 2 --report html=compare.html -- dd if={snapshot} of={out} bs=4k \
	-- dd if={snapshot} of={out} bs=1M >tap 2>said || fail "exit $? of compare: $(cat said)"
same "true" "$(acted 1100 compare.html '
const bars = [...document.querySelectorAll(".spreads tr")]
	.find(row => row.cells[0].textContent == "reads").querySelectorAll(".spread rect");
said.push(bars[0].getBoundingClientRect().width > 50 * bars[1].getBoundingClientRect().width)')" \
	"bars of 1024 and 4 reads"
same "fits" "$(acted 500 compare.html '
said.push(document.documentElement.scrollWidth <= innerWidth ? "fits" : "too wide")')" "a telephone"
seen 1100 compare.html compare
seen 1100 compare.html compare-dark $dark
nothing_left
