# SPDX-License-Identifier: GPL-2.0
"""Malformed attributes, made from the specification; see netlink_attrs.sh."""

import errno
import random
import struct
import sys

from netlink_lib import (Family, NLA_F_NESTED, NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, NlError,
                         Spec, Tap, attr, key)

# What stands in the nest of each command; everything else must be refused.
ACCEPTED = {
    "device-get": (None, []),
    "device-set": ("device", ["private-key", "listen-port", "fwmark", "node-name", "ciphers",
                              "notice", "replace-peers", "event-slots"]),
    "peer-get": ("peer", ["public-key"]),
    "peer-set": ("peer", ["public-key", "preshared-key", "replace-allowed-ips", "allowed-ip",
                          "update-only", "connect"]),
    "peer-del": ("peer", ["public-key"]),
    "path-get": ("path", ["peer"]),
    "path-add": ("path", ["peer", "id", "transport", "ifindex", "ifname", "local", "remote",
                          "priority"]),
    "path-del": ("path", ["peer", "id"]),
    "session-get": ("session", ["id", "peer"]),
    "session-switch": ("session", ["id", "peer", "target-path"]),
    "session-terminate": ("session", ["id", "peer", "reason"]),
    "session-drill": ("session", ["id", "peer", "target-path", "drill-ms", "force"]),
    "policy-get": ("policy", ["peer"]),
    "policy-set": ("policy", None),     # all but the version
    "event-get": ("event", ["seq", "session-id", "peer"]),
}
REMOTE = {"ipv4": "192.0.2.1", "port": 1}
REQUIRED = {"peer-set": {"public-key": key(1)}, "peer-del": {"public-key": key(1)},
            "path-add": {"peer": key(1), "remote": REMOTE},
            "path-del": {"peer": key(1), "id": 0}, "session-switch": {"target-path": 0},
            "session-drill": {"drill-ms": 100}}
# In a nest that stands in another: what path.local takes besides.
REFUSED_INSIDE = {"local": ["port", "scope-id"]}
SIZES = {"u8": 1, "u16": 2, "u32": 4, "u64": 8}

spec = Spec()
family = Family(spec)
tap = Tap()
device = sys.argv[1]
rng = random.Random(20)


def name_of(*parts):
    return ".".join(parts).replace("-", "_")


def wrong_forms(entry):
    """(what is wrong, attribute as sent) of all that the policy must not take."""
    number, kind = entry["number"], entry["type"]
    checks = entry.get("checks", {})
    if kind in SIZES:
        size = SIZES[kind]
        for length in {0, 1, 2, 3, 4, 5, 7, 8, 9, 16} - {size}:
            yield f"{length} bytes", attr(number, bytes([1] * length))
        yield "a nest", attr(number | NLA_F_NESTED, struct.pack("Q", 1)[:size])
        if "max" in checks:
            for value in {checks["max"] + 1, 2 ** (8 * size) - 1}:
                yield f"value {value}", attr(number, value.to_bytes(size, sys.byteorder))
        if checks.get("min"):
            for value in {checks["min"] - 1, 0}:
                yield f"value {value}", attr(number, value.to_bytes(size, sys.byteorder))
    elif kind == "binary":
        size = checks["exact-len"]
        for length in (0, 1, size - 1, size + 1, 2 * size, 200):
            yield f"{length} bytes", attr(number, bytes([9] * length))
        yield "a nest", attr(number | NLA_F_NESTED, bytes([9] * size))
    elif kind == "string":
        size = checks["max-len"]
        yield "empty", attr(number, b"")
        yield "not terminated", attr(number, b"x" * 3)
        yield "too long", attr(number, b"x" * (size + 1) + b"\0")
        yield "far too long", attr(number, b"x" * 3000 + b"\0")
        yield "a nest", attr(number | NLA_F_NESTED, b"x\0")
    elif kind == "flag":
        for length in (1, 4, 40):
            yield f"{length} bytes", attr(number, bytes(length))
        yield "a nest", attr(number | NLA_F_NESTED, b"")
    elif kind == "nest":
        yield "no nest", attr(number, attr(1, bytes(4)))
        yield "1 byte", attr(number | NLA_F_NESTED, b"x")


def snapshot():
    """All that a refused request must leave as it is."""
    shown = [family.dump(command, ifname=device) for command in
             ("device-get", "peer-get", "path-get", "session-get", "event-get")]
    shown.append(family.do("policy-get", ifname=device))
    return shown


def ask(command, payload):
    """Both ways in which the command exists; the first refusal, or None."""
    op = spec.yaml["operations"]["list"][spec.commands[command] - 1]
    refusal = None
    for mode, flags in (("do", NLM_F_ACK), ("dump", NLM_F_DUMP)):
        if mode not in op:
            continue
        try:
            family.raw(command, payload, flags=NLM_F_REQUEST | flags)
            return None
        except NlError as error:
            refusal = error
    return refusal


def wrong_answer(command, form, path, message):
    """What is wrong with the answer: it must be a refusal that names the attribute."""
    refusal = ask(command, message)
    if refusal is None:
        return [f"{path}, {form}: accepted"]
    if refusal.errno not in (errno.EINVAL, errno.ERANGE):
        return [f"{path}, {form}: {refusal}"]
    if not refusal.text.startswith(path + ":"):
        return [f"{path}, {form}: said {refusal.text!r}"]
    if refusal.offset is None:
        return [f"{path}, {form}: does not point to the attribute"]
    return []


def check_forms(what, command, forms, path, wrap):
    bad = []
    count = 0
    for form, sent in forms:
        count += 1
        bad += wrong_answer(command, form, path, wrap(sent))
    tap.line(not bad, f"{command}: {what}, {count} wrong forms", "; ".join(bad))


def check_inside(command, nest, entry, outer):
    """What stands in a nest of the nest."""
    inner = entry["nested-attributes"]
    for name, inside in spec.sets[inner].items():
        if inside["type"] == "pad":
            continue
        path = name_of(nest, entry["name"], name)
        if name in REFUSED_INSIDE.get(entry["name"], ()):
            good = b"\1" * SIZES[inside["type"]]
            forms = [("not for requests", attr(inside["number"], good))]
        else:
            forms = wrong_forms(inside)
        check_forms(path, command, forms, path,
                    lambda sent: outer(attr(entry["number"] | NLA_F_NESTED, sent)))


def check_command(command):
    nest, accepted = ACCEPTED[command]
    name = spec.encode("jvpn", {"ifname": device})
    top = spec.sets["jvpn"]
    for attr_name in ("ifindex", "ifname"):
        check_forms(attr_name, command, wrong_forms(top[attr_name]), attr_name, lambda s: s)
    for other in ("device", "peer", "path", "session", "policy", "event"):
        forms = list(wrong_forms(top[other]))
        if other != nest:
            forms = [("a nest of another command", attr(top[other]["number"] | NLA_F_NESTED, b""))]
        check_forms(other, command, forms, other, lambda s: name + s)
    check_forms("unknown attribute", command, [("number 99", attr(99, bytes(4)))], "99",
                lambda s: name + s)
    if not nest:
        return

    def outer(sent):
        return name + attr(top[nest]["number"] | NLA_F_NESTED, sent)

    attr_set = spec.sets[nest]
    if accepted is None:
        accepted = [n for n, e in attr_set.items() if e["type"] != "pad" and n != "version"]
    bad = []
    for attr_name, entry in attr_set.items():
        path = name_of(nest, attr_name)
        if entry["type"] == "pad":
            continue
        if attr_name not in accepted:
            bad += wrong_answer(command, "read only", path, outer(good_form(entry)))
            continue
        check_forms(path, command, wrong_forms(entry), path, outer)
        if entry["type"] == "nest":
            check_inside(command, nest, entry, outer)
    tap.line(not bad, f"{command}: all other attributes of {nest}", "; ".join(bad))
    last = max(e["number"] for e in attr_set.values())
    check_forms("unknown attributes", command, [("number 0", attr(0, bytes(4)))],
                name_of(nest, "0"), outer)
    check_forms("unknown attributes", command, [("beyond the last", attr(last + 1, bytes(4)))],
                name_of(nest, str(last + 1)), outer)


def good_form(entry):
    """Well formed, so that only its presence is wrong."""
    kind = entry["type"]
    if kind == "nest":
        return attr(entry["number"] | NLA_F_NESTED, b"")
    if kind == "binary":
        return attr(entry["number"], bytes(entry["checks"]["exact-len"]))
    if kind in SIZES:
        return attr(entry["number"], bytes(SIZES[kind]))
    return attr(entry["number"], b"x\0" if kind == "string" else b"")


def check_required(command):
    nest = ACCEPTED[command][0]
    for missing in REQUIRED[command]:
        path = name_of(nest, missing)
        others = {n: v for n, v in REQUIRED[command].items() if n != missing}
        tap.refused(f"{command}: without {path}", errno.EINVAL, [path, "required"],
                    family.do, command, ifname=device, **{nest: others})
    tap.refused(f"{command}: without its nest", errno.EINVAL, "required",
                family.do, command, ifname=device)


def check_device(command, **mode):
    index = next(d["ifindex"] for d in family.dump("device-get") if d["ifname"] == device)
    encode = spec.encode
    tap.refused(f"{command}: two interfaces", errno.EINVAL, ["ifindex", "ifname"], family.raw,
                command, encode("jvpn", {"ifname": device, "ifindex": index}), **mode)
    tap.refused(f"{command}: no such name", errno.ENODEV, "ifname", family.raw,
                command, encode("jvpn", {"ifname": "nothere"}), **mode)
    tap.refused(f"{command}: no such index", errno.ENODEV, "ifindex", family.raw,
                command, encode("jvpn", {"ifindex": 0x7ffffff0}), **mode)
    tap.refused(f"{command}: another kind of interface", errno.EOPNOTSUPP, "ifname", family.raw,
                command, encode("jvpn", {"ifname": "lo"}), **mode)


def check_header():
    name = spec.encode("jvpn", {"ifname": device})
    tap.refused("reserved field of the header", errno.EINVAL, "reserved", family.raw,
                "device-get", name, reserved=1)
    tap.refused("flags without a meaning", errno.EINVAL, "nlmsg_flags", family.raw,
                "device-get", name, flags=NLM_F_REQUEST | NLM_F_ACK | 0x400)
    tap.refused("bytes behind the attributes", errno.EINVAL, "leftover", family.raw,
                "device-get", name + b"abc")


def fuzz(rounds):
    """Random attributes of all commands: whatever is said, the kernel stands."""
    said = set()
    for _ in range(rounds):
        command = rng.choice(list(ACCEPTED))
        nest = ACCEPTED[command][0] or "device"
        inside = b"".join(
            attr(rng.randrange(40) | rng.choice((0, 0, NLA_F_NESTED)),
                 rng.randbytes(rng.choice((0, 1, 2, 4, 8, 16, 32, rng.randrange(90)))))
            for _ in range(rng.randrange(5)))
        message = bytearray(spec.encode("jvpn", {"ifname": device, nest: inside}))
        for _ in range(rng.randrange(4)):
            message[rng.randrange(len(message))] = rng.randrange(256)
        if command == "device-set" and rng.random() < 0.9:
            continue
        refusal = ask(command, bytes(message))
        said.add(refusal.text if refusal else None)
    tap.line(len(said) > 20, f"{rounds} random messages", f"only {len(said)} answers")


def main():
    family.do("device-set", ifname=device, device={
        "private-key": bytes(range(32)), "listen-port": 5555, "node-name": "attrs"})
    family.do("peer-set", ifname=device, peer={
        "public-key": key(1), "allowed-ip": [{"ipv4": "10.0.0.0", "cidr": 8},
                                             {"ipv6": "2001:db8::", "cidr": 32}]})
    family.do("path-add", ifname=device, path={
        "peer": key(1), "remote": {"ipv4": "192.0.2.1", "port": 51820}})
    family.do("policy-set", ifname=device, policy={"heartbeat-interval": 1000})
    before = snapshot()
    for command in ACCEPTED:
        check_command(command)
        tap.equal(f"{command}: nothing has changed", before, snapshot())
    for command in REQUIRED:
        check_required(command)
    check_device("device-get")
    check_device("peer-get", flags=NLM_F_REQUEST | NLM_F_DUMP)
    check_header()
    tap.equal("nothing has changed", before, snapshot())
    fuzz(3000)
    tap.exit()


main()
