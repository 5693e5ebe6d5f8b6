# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# e2e_pool.sh - for scripts in Python that serve a pool; sourced after e2e.sh.

requires python3
export SNAPRIG
xapi_pid=
xapi_kill()
{
	[ -z "$xapi_pid" ] || kill "$xapi_pid" 2>/dev/null || true
}
on_exit xapi_kill

# xapi_start POOL.yaml [OPTION...] - serves it in the background: $XAPI_URL, $xapi_pid, and its
# messages in xapi.err.
xapi_start()
{
	: >xapi.out
	"$SNAPRIG" xapi serve "$@" >xapi.out 2>>xapi.err &
	xapi_pid=$!
	for xapi_try in $(seq 600); do
		if grep -q '^listening on' xapi.out; then
			XAPI_URL=$(sed -n 's/^listening on //p' xapi.out | head -n 1)
			export XAPI_URL
			return 0
		fi
		kill -0 "$xapi_pid" 2>/dev/null || break
		sleep 0.05
	done
	cat xapi.err
	fail "the pool of '$1' is not served ($xapi_try)"
}

# The server ends orderly, whatever other tests have mounted.
xapi_stop_beside()
{
	kill "$xapi_pid"
	wait "$xapi_pid" || fail "the server ended with $?: $(cat xapi.err)"
	xapi_pid=
}

# The same, and nothing is mounted any more.
xapi_stop()
{
	xapi_stop_beside
	! grep -q " $PWD/" /proc/self/mounts || fail "mounts are left"
}

# xapi_python - runs its input as Python, with `pool` and everything in xapi.py.
xapi_python()
{
	{
		# shellcheck disable=SC2154 # e2e.sh sets it
		printf 'import sys\nsys.path.insert(0, "%s/tests/lib")\n' "$e2e_root"
		echo 'sys.dont_write_bytecode = True'
		echo 'from xapi import *'
		echo 'pool = Pool()'
		cat
	} >xapi_python.py
	python3 xapi_python.py "$@" || fail "see above; the server said: $(cat xapi.err)"
}
