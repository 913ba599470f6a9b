#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The netlink interface stands in four places: the UAPI header, the netlink
specification, the kernel's policies and its names for refusals. This compares
them: names, order, values, types, lengths and ranges. Prints TAP."""

import glob
import os
import re
import sys

import jsonschema
import yaml

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
SPEC = os.path.join(TOP, "netlink", "jvpn.yaml")
HEADER = os.path.join(TOP, "include", "uapi", "linux", "jvpn.h")
SCHEMA_C = os.path.join(TOP, "module", "netlink_schema.c")
NETLINK_C = os.path.join(TOP, "module", "netlink.c")

# C names of enums and the prefix of their entries, by the specification's name.
ENUMS = {
    "state": "JVPN_STATE_", "reason": "JVPN_REASON_", "event-type": "JVPN_EVENT_",
    "cipher": "JVPN_CIPHER_", "role": "JVPN_ROLE_", "transport": "JVPN_TRANSPORT_",
    "path-status": "JVPN_PATH_", "on-recovery-exceeded": "JVPN_ON_RECOVERY_",
    "policy-apply": "JVPN_POLICY_APPLY_",
}
INTEGER = {"u8": 8, "u16": 16, "u32": 32, "u64": 64}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def c_name(name):
    return name.upper().replace("-", "_")


class Header:
    """Enums and constants of the UAPI header, with what comments say of types."""

    def __init__(self, text):
        self.text = text
        self.consts = {}
        for name, value in re.findall(r"^#define (\w+)[ \t]+(\d+)$", text, re.M):
            self.consts[name] = int(value)
        self.enums = {}
        for name, body in re.findall(r"^enum (\w+) \{(.*?)^\};", text, re.M | re.S):
            self.enums[name] = self.entries(body)
            self.consts.update((n, v) for n, v, _ in self.enums[name])

    @staticmethod
    def entries(body):
        found, value = [], -1
        line = re.compile(r"^\t(\w+)(?:\s*=\s*([^,]+?))?,[ \t]*(?:/\* *(.*?) *\*/)?", re.M)
        for name, given, comment in line.findall(body):
            if name.startswith("__"):
                continue
            shift = re.fullmatch(r"1U << (\d+)", given)
            value = 1 << int(shift[1]) if shift else int(given, 0) if given else value + 1
            found.append((name, value, comment))
        return found


class Result:
    """Collects test lines; a difference is a line of its own."""

    def __init__(self):
        self.count = self.failed = 0

    def line(self, what, differences):
        self.count += 1
        for difference in differences:
            print(f"# {difference}")
        if differences:
            self.failed += 1
            print(f"not ok {self.count} {what}")
        else:
            print(f"ok {self.count} {what}")

    def skip(self, what, why):
        self.count += 1
        print(f"ok {self.count} {what} # SKIP {why}")


def compare(where, expected, actual):
    """Differences between two lists of pairs, in words."""
    found = []
    for index in range(max(len(expected), len(actual))):
        left = expected[index] if index < len(expected) else "nothing"
        right = actual[index] if index < len(actual) else "nothing"
        if left != right:
            found.append(f"{where}: header has {left}, specification has {right}")
    return found


def spec_values(entries, first=0):
    value, out = first - 1, []
    for entry in entries:
        entry = {"name": entry} if isinstance(entry, str) else entry
        value = entry.get("value", value + 1)
        out.append((c_name(entry["name"]), value))
    return out


def check_definitions(header, spec):
    found = []
    for definition in spec["definitions"]:
        name = definition["name"]
        if definition["type"] == "const":
            if header.consts.get("JVPN_" + c_name(name)) != definition["value"]:
                found.append(f"{name}: differs from JVPN_{c_name(name)}")
            continue
        enum = header.enums.get("jvpn_" + name.replace("-", "_"))
        if enum is None:
            found.append(f"{name}: no such enum in the header")
            continue
        prefix = ENUMS[name]
        expected = [(n[len(prefix):], v) for n, v, _ in enum]
        actual = spec_values(definition["entries"])
        if definition["type"] == "flags":
            actual = [(n, 1 << v) for n, v in actual]
        found += compare(name, expected, actual)
    for missing in set(ENUMS) - {d["name"] for d in spec["definitions"]}:
        found.append(f"{missing}: not in the specification")
    return found


def header_type(comment):
    """(type, length or nest, repeated) as the header's comment says it."""
    match = re.match(r"nest(, repeated)?: jvpn_attr_(\w+)", comment)
    if match:
        return ("nest", match[2].replace("_", "-"), bool(match[1]))
    match = re.match(r"binary (\d+)", comment)
    if match:
        return ("binary", int(match[1]), False)
    match = re.match(r"(string|flag|u8|u16|u32|u64)\b", comment)
    return (match[1], None, False) if match else (None, None, False)


def spec_type(attr):
    if attr["type"] == "nest":
        detail = attr["nested-attributes"]
    else:
        detail = attr.get("checks", {}).get("exact-len")
    return (attr["type"], detail, attr.get("multi-attr", False))


def check_set(header, attr_set):
    """One set of attributes: names, order and values, then types."""
    name = attr_set["name"]
    prefix = c_name(attr_set["name-prefix"])
    enum = header.enums[attr_set["enum-name"].replace("-", "_")]
    known = [(n[len(prefix):], v, c) for n, v, c in enum if not n.endswith("_UNSPEC")]
    found = compare(name, [(n, v) for n, v, _ in known],
                    spec_values(attr_set["attributes"], 1))
    for (attr_name, _, comment), attr in zip(known, attr_set["attributes"]):
        if attr_name == "PAD":
            expected = ("pad", None, False)
        elif name == "counter":
            expected = ("u64", None, False)
        else:
            expected = header_type(comment)
        if expected != spec_type(attr):
            found.append(f"{name}.{attr['name']}: header says {expected}, "
                         f"specification {spec_type(attr)}")
        match = re.search(r"(?:enum jvpn_|mask of 1 << )(\w+)", comment)
        if match and attr.get("enum") != match[1].replace("_", "-"):
            found.append(f"{name}.{attr['name']}: has values of enum {match[1]}")
    return found


def check_sets(header, spec):
    found = []
    for attr_set in spec["attribute-sets"]:
        found += check_set(header, attr_set)
    listed = {s["enum-name"].replace("-", "_") for s in spec["attribute-sets"]}
    for enum in header.enums:
        if enum.startswith("jvpn_attr") and enum not in listed:
            found.append(f"{enum}: not in the specification")
    return found


def kernel_ops(text):
    """{command: {"do", "dump"}} from the table of operations."""
    kinds = {"DOIT": {"do"}, "DUMP_ONLY": {"dump"}, "DOIT_AND_DUMP": {"do", "dump"}}
    return {name: kinds[kind] for kind, name in
            re.findall(r"^\t(DOIT|DUMP_ONLY|DOIT_AND_DUMP)\(JVPN_CMD_(\w+)\),", text, re.M)}


def check_operations(header, spec, netlink_c):
    ops = spec["operations"]["list"]
    commands = [(n[len("JVPN_CMD_"):], v) for n, v, _ in header.enums["jvpn_cmd"]]
    found = compare("commands", commands, spec_values(ops))
    kernel = kernel_ops(netlink_c)
    for op in ops:
        modes = {"do", "dump"} & set(op)
        if modes != kernel.get(c_name(op["name"]), set()):
            found.append(f"{op['name']}: specification {sorted(modes)}, kernel "
                         f"{sorted(kernel.get(c_name(op['name']), []))}")
    groups = {g["name"] for g in spec["mcast-groups"]["list"]}
    defined = set(re.findall(r'#define JVPN_MCGRP_\w+\s+"(\w+)"', header.text))
    if groups != defined:
        found.append(f"multicast groups: {groups} and {defined}")
    return found


def c_eval(header, expression):
    """A constant expression of the policies."""
    extra = {"S32_MAX": 2**31 - 1, "U16_MAX": 2**16 - 1, "IFNAMSIZ": 16}
    priv = read(os.path.join(TOP, "module", "netlink_priv.h"))
    extra.update((n, int(v)) for n, v in re.findall(r"^#define (\w+)\t+(\d+)$", priv, re.M))
    expression = re.sub(r"BIT\((.*?)\)", r"(1 << (\1))", expression)
    names = dict(header.consts, **extra)
    expression = re.sub(r"[A-Za-z_]\w*", lambda m: str(names[m[0]]), expression)
    return eval(expression, {"__builtins__": {}})  # only digits and operators are left


class Kernel:
    """Policies, names and commands of netlink_schema.c."""

    def __init__(self, header, text):
        self.header = header
        self.ranges = {}
        for name, body in re.findall(
                r"netlink_range_validation (\w+) = \{(.*?)\};", text, re.S):
            limits = dict(re.findall(r"\.(min|max) = (\w+)", body))
            self.ranges[name] = tuple(c_eval(header, limits.get(k, "0"))
                                      for k in ("min", "max"))
        self.policies = {}
        for name, body in re.findall(
                r"nla_policy (\w+)\[\w+ \+ 1\] = \{(.*?)^\};", text, re.M | re.S):
            entries = re.split(r"^\t\[", body, flags=re.M)[1:]
            self.policies[name] = dict(self.entry(e) for e in entries)
        self.names = {}
        for name, body in re.findall(
                r"jvpn_nl_name (\w+)_name\[\] = \{(.*?)^\};", text, re.M | re.S):
            self.names[name] = dict(re.findall(r'\[(\w+)\] = \{ "(\w+)"', body))
        self.nests = dict(re.findall(r'\[(\w+)\] = \{ "\w+", &(\w+)_set \}', text))
        self.commands = {}
        for name, body in re.findall(
                r"^\t\[JVPN_CMD_(\w+)\] = \{(.*?)^\t\},", text, re.M | re.S):
            self.commands[name] = dict(re.findall(r'\.(name|nest|policy) = "?(\w+)', body))

    def entry(self, text):
        name, value = re.match(r"(\w+)\] = (.*)", text, re.S).groups()
        return name, self.policy(" ".join(value.split()).rstrip(", "))

    def policy(self, text):
        """(type, detail): of integers the range, of others the length or policy."""
        match = re.fullmatch(r"NLA_POLICY_EXACT_LEN\((.*)\)", text)
        if match:
            return ("binary", c_eval(self.header, match[1]))
        match = re.fullmatch(r"NLA_POLICY_NESTED\((\w+)\)", text)
        if match:
            return ("nest", match[1])
        match = re.fullmatch(r"NLA_POLICY_FULL_RANGE\(NLA_(\w+), &(\w+)\)", text)
        if match:
            return (match[1].lower(), self.ranges[match[2]])
        match = re.fullmatch(r"NLA_POLICY_RANGE\(NLA_(\w+), (.*), (.*)\)", text)
        if match:
            return (match[1].lower(), (c_eval(self.header, match[2]),
                                       c_eval(self.header, match[3])))
        match = re.fullmatch(r"\{ \.type = NLA_(\w+)(?:, \.len = (.*?))? \}", text)
        kind = match[1].lower()
        if kind in INTEGER:
            return (kind, (0, 2**INTEGER[kind] - 1))
        length = c_eval(self.header, match[2]) if match[2] else None
        return ({"nul_string": "string", "nested": "nest"}.get(kind, kind), length)


def check_range(where, attr, low, high):
    """The specification's limits must be the kernel's, where it has any."""
    checks = attr.get("checks", {})
    full = 2**INTEGER[attr["type"]] - 1
    found = []
    if checks.get("min", 0) != low:
        found.append(f"{where}: kernel minimum {low}, specification {checks.get('min', 0)}")
    # An interface's index is a positive int: the specification does not say so.
    if high != 2**31 - 1 and checks.get("max", full) != high:
        found.append(f"{where}: kernel maximum {high}, specification {checks.get('max')}")
    return found


def check_policy(kernel, sets, set_name, policy_name):
    """One policy of the kernel against one set of the specification."""
    attr_set = sets[set_name]
    prefix = c_name(attr_set["name-prefix"])
    attrs = {prefix + c_name(a["name"]): a for a in attr_set["attributes"]}
    found = []
    for name, (kind, detail) in kernel.policies[policy_name].items():
        where = f"{policy_name}.{name}"
        attr = attrs.get(name)
        if attr is None:
            found.append(f"{where}: not in {set_name}")
        elif attr["type"] != kind:
            found.append(f"{where}: kernel {kind}, specification {attr['type']}")
        elif kind in INTEGER:
            found += check_range(where, attr, *detail)
        elif kind == "binary" and attr["checks"]["exact-len"] != detail:
            found.append(f"{where}: kernel {detail} bytes, specification {attr['checks']}")
        elif kind == "string" and attr.get("checks", {}).get("max-len") != detail:
            found.append(f"{where}: kernel {detail} bytes, specification {attr.get('checks')}")
        elif kind == "nest" and detail:
            found += check_policy(kernel, sets, attr["nested-attributes"], detail)
    return found


def check_policies(kernel, spec):
    sets = {s["name"]: s for s in spec["attribute-sets"]}
    ops = {c_name(o["name"]): o for o in spec["operations"]["list"]}
    found = check_policy(kernel, sets, "jvpn", "jvpn_nl_top_policy")
    used = {"jvpn_nl_top_policy"}
    for name, command in kernel.commands.items():
        nest = command.get("nest", "")[len("JVPN_A_"):].lower()
        request = ops[name].get("do", ops[name].get("dump"))["request"]["attributes"]
        if request != ["ifindex", "ifname"] + ([nest] if nest else []):
            found.append(f"{name}: kernel takes {nest or 'no nest'}, specification {request}")
        if c_name(command["name"]) != name:
            found.append(f"{name}: is called {command['name']}")
        if nest:
            used.add(command["policy"])
            found += check_policy(kernel, sets, nest, command["policy"])
    for name in set(ops) - {"EVENT"} - set(kernel.commands):
        found.append(f"{name}: the kernel does not know it")
    nested = {d for p in kernel.policies.values() for k, d in p.values() if k == "nest"}
    for name in set(kernel.policies) - used - nested:
        found.append(f"{name}: is used by no command")
    return found


def check_names(kernel, spec):
    found = []
    for attr_set in spec["attribute-sets"]:
        name = "top" if attr_set["name"] == "jvpn" else attr_set["name"].replace("-", "_")
        prefix = c_name(attr_set["name-prefix"])
        expected = {prefix + c_name(a["name"]): a["name"].replace("-", "_")
                    for a in attr_set["attributes"] if a["type"] != "pad"}
        actual = kernel.names.get(name, {})
        for attr in sorted(set(expected) | set(actual)):
            if expected.get(attr) != actual.get(attr):
                found.append(f"{attr}: specification {expected.get(attr)}, "
                             f"kernel {actual.get(attr)}")
        for attr in attr_set["attributes"]:
            nest = kernel.nests.get(prefix + c_name(attr["name"]), "").replace("_", "-")
            if attr.get("nested-attributes", "") != nest:
                found.append(f"{prefix}{c_name(attr['name'])}: nest {nest or 'missing'}")
    return found


def schemas():
    """genetlink.yaml of the kernels in the lab's cache, or of the one named."""
    if "JVPN_NETLINK_SCHEMA" in os.environ:
        return [os.environ["JVPN_NETLINK_SCHEMA"]]
    home = os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))
    cache = os.environ.get("JVPN_LAB_CACHE", os.path.join(home, "jvpn-lab"))
    found = []
    for kernel in ("uml-*", "debian13-*/newest/source"):
        found += sorted(glob.glob(os.path.join(
            cache, kernel, "Documentation", "netlink", "genetlink.yaml")))[-1:]
    return found


def check_schema(spec, path):
    validator = jsonschema.Draft7Validator(yaml.safe_load(read(path)))
    return [f"{'.'.join(map(str, e.path))}: {e.message}" for e in validator.iter_errors(spec)]


def main():
    header = Header(read(HEADER))
    spec = yaml.safe_load(read(SPEC))
    kernel = Kernel(header, read(SCHEMA_C))
    paths = schemas()
    print(f"1..{5 + max(len(paths), 1)}")
    result = Result()
    result.line("netlink: enums and constants", check_definitions(header, spec))
    result.line("netlink: attributes", check_sets(header, spec))
    result.line("netlink: commands and groups",
                check_operations(header, spec, read(NETLINK_C)))
    result.line("netlink: the kernel's policies", check_policies(kernel, spec))
    result.line("netlink: the kernel's names", check_names(kernel, spec))
    for path in paths:
        result.line("netlink: specification is valid for "
                    + path.split(os.sep)[-4 if "newest" not in path else -6].split("-")[0],
                    check_schema(spec, path))
    if not paths:
        result.skip("netlink: specification is valid", "no kernel's schema in the lab's cache")
    return 1 if result.failed else 0


if __name__ == "__main__":
    sys.exit(main())
