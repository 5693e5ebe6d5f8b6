#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What an editor checks with scenario.schema.json: every scenario of the catalog passes, those
# with a matrix, too, and slips of the pen do not.
. "${0%/*}/../lib/e2e.sh"
requires python3
python3 -c 'import jsonschema, yaml' 2>/dev/null ||
	skip "python3-jsonschema and python3-yaml are not installed"

cat >validate.py <<'END'
import json, sys, jsonschema, yaml

schema = json.load(open(sys.argv[1]))
validator = jsonschema.Draft202012Validator(schema)
wrong = 0
for path in sys.argv[2:]:
    for error in validator.iter_errors(yaml.safe_load(open(path))):
        wrong += 1
        print("%s: %s: %s" % (path, error.json_path, error.message[:200]))
sys.exit(wrong > 0)
END
schema=$e2e_root/scenarios/scenario.schema.json
find "$e2e_root/scenarios/catalog" -name clients -prune -o -name '*.yaml' -print >paths
xargs python3 validate.py "$schema" <paths || fail "these are not as the schema says"

# An editor finds the schema by the second line of each file, from beside it; installed, too, as
# the folders lie below each other alike.
find "$e2e_root/scenarios/catalog" "$e2e_root/scenarios/failures" "$e2e_root/scenarios/clients" \
	-name '*.yaml' >shipped
while IFS= read -r file; do
	case $file in
	*/failures/*) name=failure ;;
	*/clients/*) name=adapter ;;
	*) name=scenario ;;
	esac
	named=$(sed -n '2s/^# yaml-language-server: $schema=//p' "$file")
	[ -n "$named" ] || fail "$file: its second line names no schema for editors"
	same "$e2e_root/scenarios/$name.schema.json" "$(realpath "${file%/*}/$named")" \
		"the schema of $file"
done <shipped

cat >good.yaml <<'END'
name: x-{client}
matrix: { client: [ dd, cp ], exit: [ 0, zero ] }
profile: plain
volume: { size: 1MiB, content: zeros }
client: "{client}"
phases:
  - work:
      - snapshot: s
      - backup: { of: s, to: b }
      - expect: { exit: "{exit}" }
END
python3 validate.py "$schema" good.yaml || fail "a right one is refused"
slip()
{
	sed "$1" good.yaml >slip.yaml
	python3 validate.py "$schema" slip.yaml >said && fail "'$1' is not found"
	sed 's/^/  /' said
}
slip 's/^profile/profil/'
slip 's/x-{client}/x/'
slip 's/{ client: \[ dd, cp \].*/{ client: [], exit: [ 0 ] }/'
slip 's/matrix: .*/matrix: [ { client: dd, exit: [ 0 ] } ]/'
slip 's/matrix: .*/matrix: []/'
slip '/^matrix/d'
