#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""by_schema.py - is what was printed as its JSON Schema says?

	by_schema.py SCHEMA-FOLDER... <LIST

Each line of LIST is "NAME FILE": FILE holds one document, with .yaml in YAML, or with .jsonl one
a line.  Prints "ok NAME FILE" or what is wrong, and ends with 1 when anything is.  Schemas refer
to each other by their $id, so all that lie in the folders are known.

	by_schema.py --lint SCHEMA-FOLDER... <LIST

The schemas themselves, too: valid, named by their files, each member described, and none required
that is not told of at the same place, which ajv calls strict.
"""
import json
import pathlib
import sys
import warnings

import jsonschema

DRAFT = jsonschema.Draft202012Validator
# The name of the file, and no address: nothing of ours answers on a network.  A reference to
# another schema is followed from where this one lies, by editors too.
IDENTITY = "%s.schema.json"


def load(folders):
    """The schemas in the folders, by their names."""
    return {path.name.removesuffix(".schema.json"): json.loads(path.read_text("utf-8"))
            for folder in folders for path in sorted(pathlib.Path(folder).glob("*.schema.json"))}


def validator(schemas, name):
    """A validator for the schema, which finds the others."""
    try:
        import referencing
    except ImportError:
        store = {schema["$id"]: schema for schema in schemas.values()}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            resolver = jsonschema.RefResolver(schemas[name]["$id"], schemas[name], store)
        return DRAFT(schemas[name], resolver=resolver)
    registry = referencing.Registry().with_contents(
        (schema["$id"], schema) for schema in schemas.values())
    return DRAFT(schemas[name], registry=registry)


def documents(path):
    """The documents of a file, each with what it is called."""
    text = pathlib.Path(path).read_text("utf-8")
    if path.endswith(".yaml"):
        import yaml
        return [(path, yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))]
    if not path.endswith(".jsonl"):
        return [(path, json.loads(text))]
    return [("%s:%d" % (path, number), json.loads(line))
            for number, line in enumerate(text.splitlines(), 1)]


def mistakes_of(check, path):
    """What a validator finds wrong with the documents of a file, a line each."""
    try:
        found = documents(path)
    except (OSError, ValueError) as error:
        return ["%s: %s" % (path, error)]
    if not found:
        return ["%s: it holds no document" % path]
    return ["%s: %s: %s" % (title, error.json_path, error.message[:300])
            for title, document in found for error in check.iter_errors(document)]


def untold(schema, where=""):
    """The members that nothing is told of, or that only their being required tells of."""
    if isinstance(schema, list):
        for at, part in enumerate(schema):
            yield from untold(part, "%s/%d" % (where, at))
    if not isinstance(schema, dict):
        return
    for member, part in schema.get("properties", {}).items():
        if isinstance(part, dict) and not {"description", "$ref", "const"} & set(part):
            yield "%s/properties/%s" % (where, member)
    required = schema.get("required", [])
    for member in required if isinstance(required, list) else ():
        if member not in schema.get("properties", {}):
            yield "%s/required/%s" % (where, member)
    for key, part in schema.items():
        yield from untold(part, "%s/%s" % (where, key))


def lint(schemas):
    """What is wrong with the schemas themselves."""
    for name, schema in schemas.items():
        DRAFT.check_schema(schema)
        if schema.get("$id") != IDENTITY % name:
            yield "%s: its $id is not %s" % (name, IDENTITY % name)
        for key in ("title", "description"):
            if key not in schema:
                yield "%s: it has no %s" % (name, key)
        for where in untold(schema):
            yield "%s: nothing is told of %s" % (name, where)


def main():
    """The command line."""
    is_lint = sys.argv[1] == "--lint"
    schemas, checks = load(sys.argv[1 + is_lint:]), {}
    wrong = list(lint(schemas)) if is_lint else []
    sys.stdout.writelines(line + "\n" for line in wrong)
    is_wrong = bool(wrong)
    for line in sys.stdin:
        name, path = line.split()
        if name not in checks:
            checks[name] = validator(schemas, name)
        wrong = mistakes_of(checks[name], path)
        print("\n".join(wrong or ["ok %s %s" % (name, path)]))
        is_wrong = is_wrong or bool(wrong)
    return is_wrong


sys.exit(main())
