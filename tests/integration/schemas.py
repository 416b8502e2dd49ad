"""JSON Schemas against the readers: what ajv takes of a profile, our loader takes, and no more.

Every shipped profile, read by a foreign YAML reader, is changed in hundreds of ways (keys misspelt or left
out, types changed, numbers moved beyond their ranges), and every setting and argument of an action is given
values at and beyond its bounds.
"""
import copy
import glob
import json
import os
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import foreign
import mock

SHIPPED = sorted(glob.glob(os.path.join(os.path.dirname(__file__), "..", "..", "fault-profiles", "*.yaml")))
MUTATIONS = 2000
MINIMAL = {"title": "t", "symptom": "s", "cause": "c", "remedy": "r", "documented": [], "affects": [],
           "expect": []}
OTHERS = [None, True, False, 7, -1, 1.5, "x", "", [], {}, "10s", "64KiB", "a b"]
BEYOND = [-1, 0, 1, 2 ** 31, 2 ** 53]
DURATIONS = ["0ms", "1ms", "1", "0", "007s", "59m", "60m", "61m", "1h", "2h", "1d", "366d", "367d", "1.5s",
             "-1s", "1 s", " 1s", "1S", "", "3600000ms", "3600001ms", "3600s", "3601s", "3600", "3601",
             "99999999999999999999s", "31622400s", "31622401s", "31622400000ms", "31622400001ms"]
SIZES = ["0", "1", "1B", "01B", "1KiB", "1KB", "1024KiB", "1025KiB", "1MiB", "2MiB", "1GiB", "2GiB", "1 KiB",
         "1048576", "1048577", "1073741824B", "1073741825B", "-1", "1.5KiB", "99999999999999999999"]
WORDS = ["SHA-256", "sha256", "SHA-2", "MD5", "3DES", "aes-256", "AES-256-CBC", "mirror", "as_captured",
         "Content-Length", "content-length", "Content-Lengths", "X-Y_Z", "x:y", "a*b", "a[b", "a\\[b", "a\\",
         "a\\\\", "CONTOSO\\x", "date time", "cs-method  CS-URI-STEM ", " ", "AES,SHA-512", "aes", ", ,",
         "\t", "\n", "a\x7f", "\u0085", "\u2028", "\ufeff", "é", "x" * 15, "x" * 16, "x" * 70000, "404",
         404, 2019, "2019", 405]


def places(value, path=()):
    """Every place in a tree: (path, value)."""
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, path + (key,))


def changed(root, path, change):
    """A copy in which the container of a place has been changed."""
    root = copy.deepcopy(root)
    at = root
    for key in path[:-1]:
        at = at[key]
    change(at, path[-1])
    return root


def misspelt(at, key):
    at[key + "x"] = at.pop(key)


def mutations(root):
    """Everything that is one step away from a profile: (what, path, function that makes it)."""
    for path, value in places(root):
        if not path:
            continue
        if isinstance(path[-1], str):
            yield "misspelt", path, lambda path=path: changed(root, path, misspelt)
        yield "left out", path, lambda path=path: changed(root, path, lambda at, key: at.pop(key))
        new = OTHERS + (BEYOND + [value + 1, value * 1000] if type(value) is int else [])
        new += DURATIONS if isinstance(value, str) and value[:1].isdigit() else []
        for other in new:
            yield (f"{other!r}", path, lambda path=path, other=other:
                   changed(root, path, lambda at, key: at.__setitem__(key, other)))


def bounds(schema):
    """Values at and beyond what a schema names."""
    found = [schema[word] + step for word in ("minimum", "maximum") if word in schema for step in (-1, 0, 1)]
    for word in schema.get("enum", []):
        found += [word, str(word) + "x"]
    for inner in schema.get("anyOf", []):
        found += bounds(inner)
    return found


def of_settings(schema):
    for name, member in schema["$defs"]["settings"]["properties"].items():
        for value in OTHERS + bounds(member) + (WORDS if "maxLength" in member else []):
            yield f"setting {name}", (value,), {**MINIMAL, "settings": {name: value}}


def of_actions(schema, good):
    """Each argument of each action; `good` has an instance of each action."""
    for action in schema["$defs"]["rule"]["properties"]["do"]["anyOf"][0]["anyOf"]:
        for name, member in action["properties"].items():
            probes = OTHERS + bounds(member) + DURATIONS[:24] + SIZES
            probes += WORDS if member.get("maxLength") else []
            for value in probes:
                do = {**good[action["title"]], name: value}
                yield f"{action['title']}.{name}", (value,), {**MINIMAL, "rules": [{"do": do}]}


def of_rules(schema):
    rule = schema["$defs"]["rule"]["properties"]
    do = {"status": 503}
    for part in ("match", "when"):
        for name, member in rule[part]["properties"].items():
            for value in OTHERS + bounds(member) + DURATIONS + WORDS:
                yield f"{part}.{name}", (value,), {**MINIMAL, "rules": [{part: {name: value}, "do": do}]}
    for name in list(rule) + ["actions"]:
        for value in OTHERS + ["x" * 63, "x" * 64, "x" * 512, "x" * 513, "a\tb", "a\nb", "\x1b", "a\x7f", "\u0085"]:
            yield f"rule {name}", (value,), {**MINIMAL, "rules": [{"do": do, **{name: value}}]}
    for count in range(7):
        yield "do", (count,), {**MINIMAL, "rules": [{"do": [do] * count}]}
    yield "two actions", (), {**MINIMAL, "rules": [{"do": {"status": 503, "delay": "1s"}}]}


def good_actions(profiles, schema):
    """An instance of each action, from the shipped profiles, or made of its required arguments."""
    good = {}
    for action in schema["$defs"]["rule"]["properties"]["do"]["anyOf"][0]["anyOf"]:
        good[action["title"]] = {name: instance(action["properties"][name]) for name in action["required"]}
    for profile in profiles:
        for rule in profile.get("rules", []):
            for do in rule["do"] if isinstance(rule["do"], list) else [rule["do"]]:
                for name in do:
                    if name in good and set(do) >= set(good[name]):
                        good[name] = do
    return good


def instance(schema):
    for word in ("const", "minimum"):
        if word in schema:
            return schema[word]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return instance(schema["anyOf"][0])
    if "$ref" in schema:
        return {}
    return "1s" if "pattern" in schema and "ms" in schema["pattern"] else "SHA-256"


def loads(values):
    """What our loader says of each value, as a text of JSON, which is YAML."""
    done = subprocess.run([os.path.join(mock.BUILD, "tests", "integration", "profile_judge")],
                          input="".join(json.dumps(value) + "\n" for value in values), capture_output=True,
                          text=True, timeout=mock.DEADLINE, check=True)
    return [json.loads(line) for line in done.stdout.split("\n") if line]


# What a schema cannot say: the parts of a name, and bytes where it counts characters.
def beyond_schema(what, value):
    return what == "certificate_subject.certificate_subject" or (
        value and isinstance(value[0], str) and any(ord(c) > 127 for c in value[0]))


def agree(title, cases, schema_file):
    """One point: ajv and the loader say the same of each case."""
    verdicts = foreign.judge("schema", schema_file, lines=[case[2] for case in cases])
    ours = loads([case[2] for case in cases])
    wrong = [f"{what} {path}: ajv {verdict['valid']} {verdict['errors'][:3]}, mock-ndes {words}"
             for (what, path, _), verdict, words in zip(cases, verdicts, ours)
             if verdict["valid"] != (words == "ok") and not (verdict["valid"] and beyond_schema(what, path))]
    refused = sum(not verdict["valid"] for verdict in verdicts)
    mock.ok(f"{title}: {len(cases)} cases, {refused} refused, as the loader does", not wrong and refused and len(ours) == len(verdicts) == len(cases),
            "\n".join(wrong[:20]))


with tempfile.TemporaryDirectory(prefix="mock-ndes-") as directory:
    schema_file = os.path.join(directory, "profile.json")
    text = mock.program("help", "schema").stdout
    with open(schema_file, "w", encoding="utf-8") as file:
        file.write(text)
    schema = json.loads(text)
    profiles = foreign.judge("yaml", *SHIPPED)
    verdicts = foreign.judge("schema", schema_file, lines=profiles)
    bad = [f"{file}: {verdict['errors']}" for file, verdict in zip(SHIPPED, verdicts) if not verdict["valid"]]
    mock.ok(f"all {len(SHIPPED)} shipped profiles are valid", len(SHIPPED) > 100 and not bad, "\n".join(bad))
    every = [case for profile in profiles for case in mutations(profile)]
    agree("profiles changed in one place",
          [(what, path, make()) for what, path, make in random.Random(4).sample(every, MUTATIONS)], schema_file)
    agree("settings", list(of_settings(schema)), schema_file)
    agree("rules", list(of_rules(schema)), schema_file)
    agree("actions", list(of_actions(schema, good_actions(profiles, schema))), schema_file)
mock.finish()
