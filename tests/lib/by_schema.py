#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""by_schema.py - checks output against its JSON Schema.

	by_schema.py SCHEMA-FOLDER... <LIST

Each line of LIST is "NAME FILE": FILE contains one document, .yaml files in YAML, .jsonl files one
per line.  Prints "ok NAME FILE" or what is wrong, and exits with 1 if anything is.  Schemas refer
to each other by their $id, so all schemas in the folders are loaded.

	by_schema.py --lint SCHEMA-FOLDER... <LIST

Also checks the schemas: they are valid, named like their files, each member has a description, and
no member is required without being defined at the same place (ajv's strict mode).
"""
import json
import pathlib
import sys
import warnings

import jsonschema

DRAFT = jsonschema.Draft202012Validator
# The name of the file instead of an address, because nothing of ours is on a network.  Editors,
# too, resolve a reference to another schema relative to this one.
IDENTITY = "%s.schema.json"


def load(folders):
    """The schemas in the folders, by name."""
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
    """The documents of a file, each with its name."""
    text = pathlib.Path(path).read_text("utf-8")
    if path.endswith(".yaml"):
        import yaml
        return [(path, yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))]
    if not path.endswith(".jsonl"):
        return [(path, json.loads(text))]
    return [("%s:%d" % (path, number), json.loads(line))
            for number, line in enumerate(text.splitlines(), 1)]


def mistakes_of(check, path):
    """What a validator finds wrong with the documents of a file, one line each."""
    try:
        found = documents(path)
    except (OSError, ValueError) as error:
        return ["%s: %s" % (path, error)]
    if not found:
        return ["%s: it holds no document" % path]
    return ["%s: %s: %s" % (title, error.json_path, error.message[:300])
            for title, document in found for error in check.iter_errors(document)]


def untold(schema, where=""):
    """The members without a description, or that are only required but not defined."""
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
