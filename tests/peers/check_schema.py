#!/usr/bin/env python3
"""Judges YAML files by a JSON Schema with somebody else's software: PyYAML and jsonschema.

Usage:  python check_schema.py SCHEMA.json PATH…
Needs:  pip install -r requirements.txt

A path is a file, or a folder of which every *.yaml below is taken. Each thing that is wrong goes to stderr as
`file: place: what`; if there is any, or if there are no files at all, the exit code is 1.

The files are YAML 1.2 (its core schema), and PyYAML speaks 1.1, where `on` is a truth value and 12:30 a number.
So plain words get their types from the table below instead. Duplicate keys are errors, as in YAML's own text.
"""

import json
import re
import sys
from pathlib import Path

import jsonschema
import yaml

# YAML 1.2.2, section 10.3.2, "Tag resolution". Whatever matches nothing is text.
PLAIN_WORDS = {
    "null": (r"(?:null|Null|NULL|~|)", lambda text: None),
    "bool": (r"(?:true|True|TRUE|false|False|FALSE)", lambda text: text.lower() == "true"),
    "int": (r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)", lambda text: integer(text)),
    "float": (
        r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))",
        lambda text: float(re.sub(r"\.(?=[a-zA-Z])", "", text)),
    ),
}


def integer(text):
    """Decimal unless it says otherwise: a leading zero means nothing in YAML 1.2."""
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


class Loader(yaml.SafeLoader):
    """PyYAML's parser with the words of YAML 1.2."""

    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a key is not a word", key.start_mark)
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


for name, (pattern, value_of) in PLAIN_WORDS.items():
    tag = f"tag:yaml.org,2002:{name}"
    Loader.add_implicit_resolver(tag, re.compile(f"^{pattern}$"), None)
    Loader.add_constructor(tag, lambda loader, node, value_of=value_of: value_of(loader.construct_scalar(node)))


def files(paths):
    """The YAML files that these paths mean, each once."""
    found = {}
    for path in map(Path, paths):
        for file in sorted(path.rglob("*.yaml")) if path.is_dir() else [path]:
            found[file] = None
    return list(found)


def complaints(validator, file):
    """What is wrong with one file."""
    try:
        document = yaml.load(file.read_text(encoding="utf-8"), Loader)
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        return [f"{file}: {' '.join(str(error).split())}"]
    errors = sorted(validator.iter_errors(document), key=lambda error: error.json_path)
    return [f"{file}: {error.json_path}: {error.message}" for error in errors]


def main():
    if len(sys.argv) < 3:
        sys.exit(f"usage: {Path(sys.argv[0]).name} SCHEMA.json PATH…")
    schema = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    judge = jsonschema.validators.validator_for(schema)
    judge.check_schema(schema)
    judged = files(sys.argv[2:])
    if not judged:
        sys.exit(f"no YAML files in {' '.join(sys.argv[2:])}")
    wrong = [line for file in judged for line in complaints(judge(schema), file)]
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(judged)} files are as the schema says")


if __name__ == "__main__":
    main()
