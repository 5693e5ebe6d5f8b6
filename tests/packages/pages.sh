#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The commands of the documents do with the installed program (SNAPRIG) what the pages say.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/docs.sh"

for page in tutorial how-to-own-tool how-to-ci; do
	docs_work short "$e2e_root/docs/$page.md"
done
