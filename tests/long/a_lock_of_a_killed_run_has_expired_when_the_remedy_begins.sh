#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A client that waits for ever for a silent host is killed; its lock stays.  Nobody renews it, so
# it is nobody's after 10 s; the remedy of the failure waits for that, as Xen Orchestra's users do.
. "${0%/*}/../lib/e2e.sh"

requires jq curl

# shellcheck disable=SC2016 # the client's shell
client=". $e2e_root/tests/lib/xapi_client.sh"'
	lock={repo}/lock
	mkdir -p {repo}
	if [ -e $lock ] && [ $(($(date +%s) - $(stat -c %Y $lock))) -lt 10 ]; then
		echo "Lock file is already being held" >&2
		exit 1
	fi
	touch $lock
	take {snapshot} && save || exit
	destroy
	rm $lock'

rig check --gives xapi --size 8MiB --time-limit 8s --failure xapi-export-silent --json \
	-- "$client" >result.json || :
jq -c '[.failure, .verdict, .fired, .remedy, .leaks, .why]' result.json
same hung "$(jq -r .verdict result.json)" "the run that the host does not answer"
same recovered "$(jq -r .remedy result.json)" "the remedy"
