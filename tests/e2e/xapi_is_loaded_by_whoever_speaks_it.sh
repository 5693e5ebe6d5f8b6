#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What speaks XAPI is a file of its own, so that a start of the program brings none of its
# libraries along.  It is found beside the program, or where it is installed; without it all
# else works, and who needs it is told what is missing.
. "${0%/*}/../lib/e2e.sh"

requires ldd
not_under_valgrind "starts the program that is installed, and not the wrapper"

# refused WORDS - that call of the program, whose copy is alone, ends with 4 and says so.
refused()
{
	status=0
	"$@" >out 2>err || status=$?
	same 4 "$status" "$* ($(cat err))"
	grep -q "$said" err || fail "$*: $(cat err)"
	[ "$(wc -l <err)" = 1 ] || fail "$* says more than that: $(cat err)"
	[ ! -s out ] || fail "$* prints: $(cat out)"
}

all_refused()
{
	refused alone/snaprig xapi serve pool.yaml
	refused alone/snaprig xapi call http://a:b@127.0.0.1:1 SR.scan
	refused alone/snaprig backup --like xo --xapi http://a:b@127.0.0.1:1 web remote
	refused alone/snaprig restore --xapi http://a:b@127.0.0.1:1 remote web
}

# ---- a start ----

! ldd "$SNAPRIG" | grep -E 'curl|microhttpd|ssl' || fail "the program is linked with that"

# ---- without it ----

mkdir alone
cp "$SNAPRIG" alone/snaprig
said="the XAPI module is missing: .*/xapi.so.*make install"
: >pool.yaml
all_refused
alone/snaprig xapi serve --help | grep -q -e --longest-event-wait || fail "no help of it"
alone/snaprig xapi call 2>/dev/null && fail "an operand is missing"
same 2 "$?" "of a wrong command line"
alone/snaprig create alone/v.img --size 1MiB >out || fail "create: $(cat out)"

# ---- one that is none, or another's ----

echo garbage >alone/xapi.so
said="cannot load the XAPI module: .*alone/xapi.so: .*another build"
all_refused
cp "$(ldd "$SNAPRIG" | sed -n 's/.*libjansson.* => \([^ ]*\) .*/\1/p')" alone/xapi.so
said="the XAPI module is from another build: .*undefined symbol"
all_refused

# ---- installed ----

"$e2e_root/tools/install" "$SNAPRIG" "$work/root" /usr
status=0
root/usr/bin/snaprig xapi call http://a:b@127.0.0.1:1 SR.scan >out 2>err || status=$?
same 1 "$status" "nobody listens there ($(cat err))"
grep -q "ECONNREFUSED" err || fail "$(cat err)"
