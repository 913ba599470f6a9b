# SPDX-License-Identifier: GPL-2.0
"""What requests mean, and which are refused for what they mean; see netlink_rules.sh."""

import errno
import os
import socket
import subprocess
import sys
import time

from netlink_lib import Family, NLM_F_DUMP, NLM_F_REQUEST, NlError, Spec, Tap, key

spec = Spec()
family = Family(spec)
tap = Tap()
device, other = sys.argv[1:]
PRIVATE = bytes(range(100, 131)) + b"\xff"
ZERO = bytes(32)
REMOTE4 = {"ipv4": "192.0.2.1", "port": 51820}
REMOTE6 = {"ipv6": "2001:db8::1", "port": 51820}


def show(command, nest, name=device, **values):
    return [m[nest] for m in family.dump(command, ifname=name, **values)]


def set_device(name=device, **values):
    return family.do("device-set", ifname=name,
                     device={k.replace("_", "-"): v for k, v in values.items()})


def get_device(name=device):
    return family.do("device-get", ifname=name)["device"]


def set_peer(number, name=device, **values):
    peer = {"public-key": key(number)}
    peer.update((k.replace("_", "-"), v) for k, v in values.items())
    return family.do("peer-set", ifname=name, peer=peer)


def add_path(number, **values):
    path = {"peer": key(number)}
    path.update((k.replace("_", "-"), v) for k, v in values.items())
    return family.do("path-add", ifname=device, path=path)


def peers():
    return {p["public-key"]: p for p in show("peer-get", "peer")}


def addresses(number):
    peer = peers().get(key(number).hex(), {})
    return sorted(f"{a.get('ipv4', a.get('ipv6'))}/{a['cidr']}"
                  for a in peer.get("allowed-ip", []))


def v4(address, cidr):
    return {"ipv4": address, "cidr": cidr}


def v6(address, cidr):
    return {"ipv6": address, "cidr": cidr}


def check_device():
    set_device(private_key=PRIVATE, listen_port=4000, fwmark=77, node_name="here", notice=0)
    shown = get_device()
    clamped = bytes([PRIVATE[0] & 248]) + PRIVATE[1:31] + bytes([PRIVATE[31] & 127 | 64])
    tap.equal("private key is shown to who may see it", clamped.hex(), shown["private-key"])
    tap.equal("port, mark, name, notice", (4000, 77, "here", 0),
              tuple(shown[k] for k in ("listen-port", "fwmark", "node-name", "notice")))
    public = bytes.fromhex(shown["public-key"])

    before = get_device()
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as busy:
        busy.bind(("::", 4001))
        tap.refused("a port that is in use", errno.EADDRINUSE, ["listen_port", "4001"],
                    set_device, listen_port=4001, fwmark=78, node_name="there")
    tap.equal("the old port stays, and all else", before, get_device())
    tap.refused("a node name with a blank", errno.EINVAL, "device.node_name",
                set_device, node_name="two words", fwmark=79)
    tap.refused("a node name with a control character", errno.EINVAL, "device.node_name",
                set_device, node_name="a\x1b[2J")
    tap.refused("bit 0 is no cipher", errno.EOPNOTSUPP, "device.ciphers",
                set_device, ciphers=3, fwmark=79)
    tap.refused("own key as peer", errno.EINVAL, ["peer.public_key", "own"],
                family.do, "peer-set", ifname=device, peer={"public-key": public})
    for low in (ZERO, b"\1" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f"):
        tap.refused("a key of low order", errno.EINVAL, "peer.public_key",
                    family.do, "peer-set", ifname=device, peer={"public-key": low})
    tap.equal("nothing has changed", before, get_device())

    family.do("peer-set", ifname=other, peer={"public-key": public})
    tap.refused("the private key of a peer", errno.EINVAL, "device.private_key",
                set_device, other, private_key=PRIVATE)
    set_device(other, private_key=PRIVATE, replace_peers=True)
    tap.equal("but not if peers are replaced", (public.hex(), 0),
              (get_device(other)["public-key"], get_device(other)["peers"]))
    set_device(other, private_key=ZERO)
    tap.line("private-key" not in get_device(other), "an all-zero key removes it")
    tap.equal("dump shows every device", [device, other],
              [d["ifname"] for d in family.dump("device-get")])
    tap.equal("dump of a device shows that one", [other],
              [d["ifname"] for d in family.dump("device-get", ifname=other)])


def check_peers():
    set_peer(1, preshared_key=b"\7" * 32, allowed_ip=[v4("10.1.2.3", 8), v6("2001:db8::5", 32)])
    tap.equal("bits behind the prefix do not matter", ["10.0.0.0/8", "2001:db8::/32"],
              addresses(1))
    tap.equal("the preshared key is shown", "07" * 32, peers()[key(1).hex()]["preshared-key"])
    set_peer(1, preshared_key=ZERO)
    tap.line("preshared-key" not in peers()[key(1).hex()], "an all-zero preshared key removes it")
    set_peer(2, allowed_ip=[v4("10.0.0.0", 8), v4("10.2.0.0", 16)])
    tap.equal("an address moves to another peer",
              (["2001:db8::/32"], ["10.0.0.0/8", "10.2.0.0/16"]), (addresses(1), addresses(2)))
    set_peer(2, replace_allowed_ips=True, allowed_ip=[v4("10.3.0.0", 16)])
    tap.equal("addresses are replaced", ["10.3.0.0/16"], addresses(2))
    set_peer(2, allowed_ip=[v4("0.0.0.0", 0), v6("::", 0)])
    tap.equal("prefixes of length 0", ["0.0.0.0/0", "10.3.0.0/16", "::/0"], addresses(2))

    before = peers()
    for what, wrong, words in (
            ("neither ipv4 nor ipv6", {"cidr": 8}, "peer.allowed_ip"),
            ("both of them", {"ipv4": "10.0.0.0", "ipv6": "::", "cidr": 8}, "peer.allowed_ip"),
            ("no prefix length", {"ipv4": "10.0.0.0"}, "peer.allowed_ip.cidr"),
            ("33 bits of 32", v4("10.0.0.0", 33), ["peer.allowed_ip.cidr", "32"])):
        for number in (1, 3):
            tap.refused(f"allowed address with {what}", errno.EINVAL, words, set_peer, number,
                        replace_allowed_ips=True, preshared_key=b"\5" * 32,
                        allowed_ip=[v4("10.5.0.0", 16), wrong])
    tap.refused("update of a peer that is not there", errno.ENOENT, "peer.public_key",
                set_peer, 3, update_only=True)
    tap.refused("connecting a peer without a path", errno.EDESTADDRREQ, "peer.connect",
                set_peer, 1, connect=True, replace_allowed_ips=True)
    tap.refused("connecting a new peer", errno.EDESTADDRREQ, "peer.connect",
                set_peer, 3, connect=True)
    tap.refused("removing a peer that is not there", errno.ENOENT, "peer.public_key",
                family.do, "peer-del", ifname=device, peer={"public-key": key(3)})
    tap.refused("showing a peer that is not there", errno.ENOENT, "peer.public_key",
                family.dump, "peer-get", ifname=device, peer={"public-key": key(3)})
    tap.equal("nothing has changed", before, peers())
    tap.equal("one peer is shown", [key(2).hex()],
              [p["public-key"] for p in show("peer-get", "peer", peer={"public-key": key(2)})])
    family.do("peer-del", ifname=device, peer={"public-key": key(2)})
    tap.equal("a removed peer is gone", [key(1).hex()], list(peers()))
    set_device(replace_peers=True)
    tap.equal("all peers are replaced", {}, peers())


def check_paths():
    set_peer(1)
    add_path(1, remote=REMOTE4)
    add_path(1, remote=REMOTE6, priority=7, local={"ipv6": "2001:db8::9"}, id=5)
    add_path(1, remote={"ipv4": "192.0.2.2", "port": 1}, ifname="dummy0",
             local={"ipv4": "10.9.0.1"}, transport="udp4")
    add_path(1, remote={"ipv6": "fe80::1", "port": 2}, ifname="dummy0")
    index = socket.if_nametoindex("dummy0")
    peer = key(1).hex()
    expected = [
        {"peer": peer, "id": 0, "transport": 1, "priority": 0, "ifindex": 0, "remote": REMOTE4},
        {"peer": peer, "id": 1, "transport": 1, "priority": 0, "ifindex": index,
         "local": {"ipv4": "10.9.0.1"}, "remote": {"ipv4": "192.0.2.2", "port": 1}},
        {"peer": peer, "id": 2, "transport": 2, "priority": 0, "ifindex": index,
         "remote": {"ipv6": "fe80::1", "port": 2, "scope-id": index}},
        {"peer": peer, "id": 5, "transport": 2, "priority": 7, "ifindex": 0,
         "local": {"ipv6": "2001:db8::9"}, "remote": REMOTE6},
    ]
    tap.equal("paths as they were added", expected, show("path-get", "path"))
    jvpn = socket.if_nametoindex(other)
    link_local = {"ipv6": "fe80::1", "port": 1}
    for what, code, words, values in (
            ("no port", "EINVAL", "path.remote.port", {"remote": {"ipv4": "192.0.2.1"}}),
            ("neither ipv4 nor ipv6", "EINVAL", "path.remote", {"remote": {"port": 1}}),
            ("both", "EINVAL", "path.remote", {"remote": dict(REMOTE4, ipv6="::1")}),
            ("multicast", "EINVAL", "path.remote.ipv4",
             {"remote": {"ipv4": "224.0.0.1", "port": 1}}),
            ("broadcast", "EINVAL", "path.remote.ipv4",
             {"remote": {"ipv4": "255.255.255.255", "port": 1}}),
            ("the zero address", "EINVAL", "path.remote.ipv4",
             {"remote": {"ipv4": "0.0.0.0", "port": 1}}),
            ("multicast", "EINVAL", "path.remote.ipv6",
             {"remote": {"ipv6": "ff02::1", "port": 1}}),
            ("the zero address", "EINVAL", "path.remote.ipv6",
             {"remote": {"ipv6": "::", "port": 1}}),
            ("IPv4 in IPv6", "EINVAL", "path.remote.ipv6",
             {"remote": {"ipv6": "::ffff:192.0.2.1", "port": 1}}),
            ("a multicast local address", "EINVAL", "path.local.ipv4",
             {"remote": REMOTE4, "local": {"ipv4": "224.0.0.1"}}),
            ("a local address of the other family", "EINVAL", "path.local",
             {"remote": REMOTE4, "local": {"ipv6": "2001:db8::9"}}),
            ("no local address", "EINVAL", "path.local", {"remote": REMOTE4, "local": {}}),
            ("udp6 to IPv4", "EINVAL", "path.transport", {"remote": REMOTE4, "transport": "udp6"}),
            ("udp4 to IPv6", "EINVAL", "path.transport", {"remote": REMOTE6, "transport": "udp4"}),
            ("tcp4", "EOPNOTSUPP", ["path.transport", "not supported yet"],
             {"remote": REMOTE4, "transport": "tcp4"}),
            ("tcp6", "EOPNOTSUPP", ["path.transport", "not supported yet"],
             {"remote": REMOTE6, "transport": "tcp6"}),
            ("no such interface", "ENODEV", "path.ifname", {"remote": REMOTE4, "ifname": "no"}),
            ("no such index", "ENODEV", "path.ifindex", {"remote": REMOTE4, "ifindex": 9999}),
            ("name and index", "EINVAL", "path.ifname",
             {"remote": REMOTE4, "ifname": "dummy0", "ifindex": index}),
            ("a tunnel of our own", "ELOOP", "path.ifindex", {"remote": REMOTE4, "ifindex": jvpn}),
            ("a tunnel of our own", "ELOOP", "path.ifname", {"remote": REMOTE4, "ifname": other}),
            ("scope of IPv4", "EINVAL", "path.remote.scope_id",
             {"remote": {"ipv4": "192.0.2.1", "port": 1, "scope-id": 1}}),
            ("scope of a global address", "EINVAL", "path.remote.scope_id",
             {"remote": {"ipv6": "2001:db8::1", "port": 1, "scope-id": 1}}),
            ("link-local without its link", "EINVAL", "path.remote.scope_id",
             {"remote": link_local}),
            ("two different links", "EINVAL", "path.remote.scope_id",
             {"remote": dict(link_local, **{"scope-id": index}), "ifindex": 1}),
            ("a number that is taken", "EEXIST", ["path.id", "5"], {"remote": REMOTE4, "id": 5})):
        tap.refused(f"path: {what}", getattr(errno, code), words, add_path, 1, **values)
    tap.refused("path: no such peer", errno.ENOENT, "path.peer", add_path, 9, remote=REMOTE4)
    tap.equal("nothing has changed", expected, show("path-get", "path"))
    for limit in (4, 6, 8):
        family.do("policy-set", ifname=device, policy={"max-candidates": limit})
        for _ in range(limit - len(show("path-get", "path"))):
            add_path(1, remote=REMOTE4)
        tap.refused(f"path: one more than {limit}", errno.ENOSPC,
                    [f"the peer has {limit} paths", f"max_candidates is {limit}"], add_path, 1,
                    remote=REMOTE4)
    tap.refused("path: one more, by its number", errno.EEXIST, ["path.id", "7"], add_path, 1,
                remote=REMOTE4, id=7)
    family.do("policy-set", ifname=device, policy={"max-candidates": 4})
    tap.equal("free numbers were taken, lowest first", list(range(8)),
              [p["id"] for p in show("path-get", "path")])
    family.do("path-del", ifname=device, path={"peer": key(1), "id": 5})
    tap.equal("a path is removed", [0, 1, 2, 3, 4, 6, 7],
              [p["id"] for p in show("path-get", "path")])
    tap.refused("path: removed twice", errno.ENOENT, ["path.id", "5"], family.do, "path-del",
                ifname=device, path={"peer": key(1), "id": 5})


# Every field with its range, as it was designed; and a policy in which each may be
# moved from end to end without another one's rule being broken.
RANGES = {
    "session-max-lifetime": (60000, 604800000), "transport-loss-ttl": (1000, 86400000),
    "recovery-window": (500, 600000), "on-recovery-exceeded": (0, 1),
    "handshake-timeout": (5000, 600000), "heartbeat-interval": (50, 60000),
    "idle-heartbeat-interval": (50, 120000), "standby-interval": (100, 120000),
    "heartbeat-volatile": (100, 240000), "max-consecutive-drops": (1, 16),
    "loss-window": (200, 60000), "loss-volatile": (1, 1000), "latency-volatile": (0, 60000),
    "jitter-volatile": (0, 60000), "volatile-to-degraded": (1200, 600000),
    "stability-window": (100, 600000), "max-switches-per-min": (1, 600),
    "switch-cooldown": (0, 60000), "switch-improvement": (1000, 5000), "failback": (0, 1),
    "failback-hold": (0, 3600000), "max-candidates": (1, 8),
    "reattach-proof-max-age": (500, 60000), "reattach-rate": (1, 1000),
    "recovery-queue": (0, 8192), "allowed-transports": (2, 30), "strict-binding": (0, 1),
    "persist": (0, 1),
}
WIDE = {"session-max-lifetime": 604800000, "transport-loss-ttl": 86400000,
        "recovery-window": 500, "heartbeat-interval": 50, "idle-heartbeat-interval": 120000,
        "heartbeat-volatile": 240000, "loss-window": 200, "volatile-to-degraded": 600000,
        "stability-window": 100}
# A field, the one that bounds it, and a policy in which that bound is just kept.
RULES = (
    ("transport-loss-ttl", "session-max-lifetime", 1,
     {"transport-loss-ttl": 70000, "session-max-lifetime": 70000}),
    ("recovery-window", "transport-loss-ttl", 1,
     {"recovery-window": 9000, "transport-loss-ttl": 9000}),
    ("idle-heartbeat-interval", "heartbeat-interval", -1,
     {"idle-heartbeat-interval": 700, "heartbeat-interval": 700}),
    ("heartbeat-volatile", "heartbeat-interval", -1,
     {"heartbeat-volatile": 1400, "heartbeat-interval": 700}),
    ("volatile-to-degraded", "loss-window", -1,
     {"volatile-to-degraded": 5000, "loss-window": 4000}),
    ("stability-window", "volatile-to-degraded", 1,
     {"stability-window": 5000, "volatile-to-degraded": 5000}),
)
# What each preset is for, as it was designed.
PRESETS = {
    "balanced": {"heartbeat-interval": 500, "max-consecutive-drops": 3, "strict-binding": 0},
    "mobile": {"heartbeat-interval": 1000, "max-consecutive-drops": 6,
               "transport-loss-ttl": 3600000},
    "fast-failover": {"heartbeat-interval": 100, "max-consecutive-drops": 2},
    "fintech": {"heartbeat-interval": 100, "max-consecutive-drops": 2, "strict-binding": 1,
                "on-recovery-exceeded": 1},
}


def check_ranges(get, put):
    tap.equal("policy: every field has a range", set(RANGES) | {"version"}, set(get()))
    put(preset="balanced", **WIDE)
    wrong = []
    for field, (low, high) in RANGES.items():
        name = field.replace("-", "_")
        # The session may not end before a path may be missed for so long.
        base = dict(WIDE, **{"transport-loss-ttl": 1000}) if "lifetime" in field else WIDE
        for value in (low, high):
            if put(**dict(base, **{field: value}))[field] != value:
                wrong.append(f"{name} {value}: not taken")
        before = get()
        for value in {low - 1, high + 1, 0xffffffff} - {-1}:
            try:
                put(**dict(WIDE, **{field: value}))
                wrong.append(f"{name} {value}: taken")
            except NlError as error:
                text = f"{name} {value}: must be {low} to {high}"
                if error.errno != errno.ERANGE or error.text != text:
                    wrong.append(f"{name} {value}: {error}")
        if get() != before:
            wrong.append(f"{name}: what was refused changed something")
    tap.equal("policy: ends of each range are taken, what is beyond is refused", [], wrong)
    for field, limit, step, kept in RULES:
        put(preset="balanced", **kept)
        name = field.replace("-", "_")
        tap.refused(f"policy: {name} is bounded by {limit}", errno.ERANGE,
                    [f"{name} {kept[field] + step}: must be", "by " + limit.replace("-", "_")],
                    put, **{field: kept[field] + step})
    for name, fields in PRESETS.items():
        policy = put(preset=name)
        tap.equal(f"policy: preset {name}", fields, {f: policy[f] for f in fields})


def check_inherit(get, put):
    put(preset="balanced")
    own = put(peer=key(1), heartbeat_interval=700)
    devices = put(heartbeat_interval=800)
    tap.equal("policy: each has a number of its own", own["version"] + 1, devices["version"])
    tap.equal("policy: a peer's own stays when the device's changes", own,
              get(policy={"peer": key(1)}))
    tap.refused("policy: inherit is about a peer", errno.EINVAL, "policy.peer", put, inherit=True)
    for more in ({"persist": 1}, {"preset": "balanced"}):
        tap.refused(f"policy: inherit with {list(more)[0]}", errno.EINVAL, "policy.inherit", put,
                    peer=key(1), inherit=True, **more)
    tap.equal("policy: nothing was inherited yet", own, get(policy={"peer": key(1)}))
    tap.equal("policy: inherited, the answer says so", devices,
              put(peer=key(1), inherit=True, apply="strict"))
    told = show("event-get", "event")[-1]
    tap.equal("policy: and is reported", (devices["version"], key(1).hex()),
              (told["policy-version"], told.get("peer")))
    put(peer=key(1), inherit=True)
    tap.equal("policy: inherited twice is no news", told["seq"],
              show("event-get", "event")[-1]["seq"])
    tap.equal("policy: the device's next reaches the peer", 900,
              (put(heartbeat_interval=900), get(policy={"peer": key(1)}))[1]["heartbeat-interval"])


def check_policy():
    def get(**values):
        return family.do("policy-get", ifname=device, **values)["policy"]

    def put(**values):
        values = {k.replace("_", "-"): v for k, v in values.items()}
        return family.do("policy-set", ifname=device, policy=values)["policy"]

    fields = [n for n, e in spec.sets["policy"].items()
              if e["type"] == "u32" and n != "version"]
    start, told = get(), show("event-get", "event")
    tap.equal("all fields of the policy are shown", set(fields) | {"version"}, set(start))
    for field in fields:
        name = field.replace("-", "_")
        tap.refused(f"policy: {name} out of range", errno.ERANGE,
                    [name, "4294967295", "must be", "to"], put, **{name: 0xffffffff})
    tap.refused("policy: one field against another", errno.ERANGE,
                ["recovery_window", "by transport_loss_ttl"], put,
                recovery_window=5000, transport_loss_ttl=2000)
    tap.refused("policy: no such preset", errno.EINVAL, ["policy.preset", "balanced"], put,
                preset="fastest")
    tap.equal("nothing has changed", start, get())
    tap.equal("and nothing was reported", told, show("event-get", "event", event={"seq": 1}))

    changed = put(heartbeat_interval=600, apply="strict")
    tap.equal("policy: one field, next version", dict(start, **{
        "heartbeat-interval": 600, "version": start["version"] + 1}), changed)
    mobile = put(preset="mobile", persist=0)
    tap.equal("policy: a preset, and one field", (0, start["version"] + 2),
              (mobile["persist"], mobile["version"]))
    tap.line(mobile["heartbeat-interval"] not in (500, 600), "policy: the preset is another")
    mine = put(peer=key(1), max_candidates=2)
    tap.equal("policy: a peer's own", (2, key(1).hex()), (mine["max-candidates"], mine["peer"]))
    tap.equal("policy: the device's stays", mobile, get())
    tap.equal("policy: the peer's is shown", mine, get(policy={"peer": key(1)}))
    set_peer(4)
    tap.line("peer" not in get(policy={"peer": key(4)}), "policy: a peer without an own one")
    tap.refused("policy: no such peer", errno.ENOENT, "policy.peer", put, peer=key(9), persist=1)
    events = show("event-get", "event")[len(told):]
    tap.equal("policy: each change is one event",
              [(len(told) + n, spec.enums["event-type"]["policy"]) for n in range(1, 4)],
              [(e["seq"], e["type"]) for e in events])
    tap.equal("policy: with its version and peer",
              [(changed["version"], None), (mobile["version"], None),
               (mine["version"], key(1).hex())],
              [(e["policy-version"], e.get("peer")) for e in events])
    tap.equal("policy: and the node's name", ["here"] * 3, [e["node"] for e in events])
    check_ranges(get, put)
    check_inherit(get, put)


def check_sessions():
    nothing = bytes([1] * 16)
    for command, more in (("session-get", {}), ("session-switch", {"target-path": 0}),
                          ("session-terminate", {}), ("session-drill", {"drill-ms": 100})):
        tap.refused(f"{command}: no such session", errno.ENOENT, "session.id", family.do,
                    command, ifname=device, session=dict(more, id=nothing))
        tap.refused(f"{command}: neither id nor peer", errno.EINVAL, ["session.id", "session.peer"],
                    family.do, command, ifname=device, session=more)
        tap.refused(f"{command}: id and peer", errno.EINVAL, ["session.id", "session.peer"],
                    family.do, command, ifname=device,
                    session=dict(more, id=nothing, peer=key(1)))
        tap.refused(f"{command}: no such peer", errno.ENOENT, "session.peer", family.do,
                    command, ifname=device, session=dict(more, peer=key(9)))
        tap.refused(f"{command}: a peer without a session", errno.ENOENT, "session.peer",
                    family.do, command, ifname=device, session=dict(more, peer=key(4)))
    tap.refused("session-get: dump of one id", errno.EINVAL, "session.id", family.dump,
                "session-get", ifname=device, session={"id": nothing})
    tap.equal("no sessions", [], show("session-get", "session"))


def try_everything():
    """All commands and both groups; says what was allowed."""
    allowed = []
    for command, number in spec.commands.items():
        op = spec.yaml["operations"]["list"][number - 1]
        for mode, flags in (("do", 4), ("dump", NLM_F_DUMP)):
            if mode not in op:
                continue
            try:
                family.raw(command, spec.encode("jvpn", {"ifname": device}),
                           flags=NLM_F_REQUEST | flags)
                allowed.append(f"{command} {mode}")
            except NlError as error:
                if error.errno != errno.EPERM:
                    allowed.append(f"{command} {mode}: {error}")
    for group in family.groups:
        try:
            family.join(group)
            allowed.append(f"group {group}")
        except OSError as error:
            if error.errno != errno.EPERM:
                allowed.append(f"group {group}: {error}")
    return allowed


def as_child(argument, *prefix):
    """What this program prints when it runs as somebody else."""
    command = [*prefix, sys.executable, "-B", os.path.abspath(__file__), device, argument]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr[-500:]


def check_permission():
    tap.equal("an ordinary user may do nothing, nor listen", "[]",
              as_child("--try", "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"))
    if not os.path.exists("/proc/self/ns/user"):
        print("ok - user namespaces # SKIP this kernel has none")
        return
    tap.equal("nor may root of a user namespace, to this network namespace", "[]",
              as_child("--try", "unshare", "-Ur"))
    tap.equal("but he may in his own", "own", as_child(
        "--own", "unshare", "-Urn", "sh", "-c",
        f'ip link add {device} type jvpn && exec "$0" "$@"'))


def try_transport():
    """As root of a namespace that a device was moved to: what is refused, and why."""
    while device not in (name for _, name in socket.if_nameindex()):
        time.sleep(0.01)
    words = []
    set_device(private_key=PRIVATE)
    set_peer(1)
    # No interface has that number where the sockets are: who may choose hears that first.
    link_local = {"ipv6": "fe80::1", "port": 1, "scope-id": 9999}
    for ask in (lambda: set_device(listen_port=5555), lambda: set_device(fwmark=1),
                lambda: add_path(1, remote=REMOTE4, ifname="dummy0"),
                lambda: add_path(1, remote=REMOTE4, ifindex=9999),
                lambda: add_path(1, remote=link_local)):
        try:
            ask()
            words.append("allowed")
        except NlError as error:
            words.append(f"{errno.errorcode[error.errno]} {error.text}")
    return "\n".join(words)


def check_moved():
    """A device whose sockets stayed behind, in the hands of a user namespace's root."""
    command = ["unshare", "-Urn", sys.executable, "-B", os.path.abspath(__file__), other,
               "--transport"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        while os.readlink(f"/proc/{child.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
            time.sleep(0.01)
        subprocess.run(["ip", "link", "set", other, "netns", str(child.pid)], check=True)
        said = child.communicate()[0].strip()
    needs = "needs CAP_NET_ADMIN where the device's sockets are"
    tap.equal("nor choose port, mark and interface where only the sockets are",
              [f"EPERM {name}: {needs}" for name in
               ("device.listen_port", "device.fwmark", "path.ifname", "path.ifindex",
                "path.remote.scope_id")], said.split("\n"))


def main():
    check_device()
    check_peers()
    check_paths()
    check_policy()
    check_sessions()
    check_permission()
    if os.path.exists("/proc/self/ns/user"):
        check_moved()
    tap.exit()


if other == "--try":
    print(try_everything())
elif other == "--transport":
    print(try_transport())
elif other == "--own":
    set_device(private_key=PRIVATE, node_name="own")
    print(get_device()["node-name"])
else:
    main()
