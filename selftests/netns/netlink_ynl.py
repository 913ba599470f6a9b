# SPDX-License-Identifier: GPL-2.0
"""A tunnel between two namespaces, made and watched with YNL; see netlink_ynl.sh.
Reading the specification is most of what YNL does, and slow here: so its command
line is used once, and its library for the rest."""

import ctypes
import json
import os
import subprocess
import sys
import time

from netlink_lib import TOP, Tap

SPEC = os.path.join(TOP, "netlink", "jvpn.yaml")
CLI = ("tools/net/ynl/pyynl/cli.py", "tools/net/ynl/cli.py")

tap = Tap()
client, gateway, name, source = sys.argv[1:]
cli = next(p for p in (os.path.join(source, c) for c in CLI) if os.path.exists(p))
schema = os.path.join(source, "Documentation", "netlink", "genetlink.yaml")
sys.path.insert(0, os.path.dirname(cli))
# pylint: disable=wrong-import-position
from lib import NlError, YnlFamily


def enter(path):
    """Into the namespace; sockets stay in the one where they were opened."""
    fd = os.open(path, os.O_RDONLY)
    if ctypes.CDLL(None, use_errno=True).setns(fd, 0):
        raise OSError(ctypes.get_errno(), path)
    os.close(fd)


class Ynl:
    """The client's library, one family object in each namespace."""

    def __init__(self):
        self.name = name
        # Older ones take addresses as hexadecimal bytes, newer ones as text.
        self.text_addresses = "pyynl" in cli
        self.family = {}
        for namespace in (client, gateway):
            enter(f"/run/netns/{namespace}")
            # UML aligns u64 attributes: older ones do not know padding.
            self.family[namespace] = YnlFamily(SPEC, schema="", process_unknown=True)
        enter(f"/run/netns/{client}")
        # One of its own: older ones are confused by a notification among answers.
        self.listener = YnlFamily(SPEC, schema="", process_unknown=True)
        self.listener.ntf_subscribe("state")
        enter("/proc/1/ns/net")

    def do(self, namespace, operation, **values):
        return self.family[namespace].do(operation, {"ifname": "jvpn0", **values})

    def dump(self, namespace, operation, **values):
        return self.family[namespace].dump(operation, {"ifname": "jvpn0", **values})

    def notifications(self):
        self.listener.check_ntf()
        queue = self.listener.async_msg_queue
        if isinstance(queue, list):
            return queue
        return [queue.get() for _ in range(queue.qsize())]

    def address(self, text):
        if self.text_addresses:
            return text
        return "".join(f"{int(part):02x}" for part in text.split("."))


def plain(value):
    """Keys as hexadecimal digits, however they are shown."""
    return value.replace(" ", "").replace(":", "")


def one_side(ynl, namespace, number):
    private = (bytes([number]) * 32).hex()
    ynl.do(namespace, "device-set", device={"private-key": private, "listen-port": 51820,
                                            "node-name": f"node{number}", "replace-peers": True})
    shown = ynl.do(namespace, "device-get")["device"]
    tap.equal(f"{ynl.name}: device-get shows what device-set set", (51820, f"node{number}"),
              (shown["listen-port"], shown["node-name"]))
    return plain(shown["public-key"])


def make_tunnel(ynl):
    keys = {client: one_side(ynl, client, 1), gateway: one_side(ynl, gateway, 2)}
    for namespace, other, inner, outer in ((client, gateway, "10.99.0.1", "10.1.0.1"),
                                           (gateway, client, "10.99.0.2", "10.1.0.2")):
        ynl.do(namespace, "peer-set", peer={
            "public-key": keys[other],
            "allowed-ip": [{"ipv4": ynl.address(inner), "cidr": 32}]})
        ynl.do(namespace, "path-add", path={
            "peer": keys[other], "transport": "udp4", "priority": 3,
            "remote": {"ipv4": ynl.address(outer), "port": 51820}})
    return keys


def check_command_line():
    """The whole specification is judged by the kernel's schema, too."""
    done = subprocess.run(
        ["ip", "netns", "exec", client, "/usr/bin/python3", "-B", cli, "--spec", SPEC,
         "--schema", schema, "--output-json", "--process-unknown", "--dump", "device-get"],
        capture_output=True, text=True, check=False)
    try:
        shown = [d["ifname"] for d in json.loads(done.stdout)]
    except ValueError:
        shown = (done.stdout + done.stderr)[-600:]
    tap.equal(f"{name}: its command line, with the schema", ["jvpn0"], shown)


def main():
    check_command_line()
    ynl = Ynl()
    keys = make_tunnel(ynl)
    before = ynl.do(client, "device-get")["device"]["event-seq"]
    ynl.do(client, "peer-set", peer={"public-key": keys[gateway], "connect": True})
    done = subprocess.run(["ip", "netns", "exec", client, "ping", "-q", "-c", "3", "-i", "0.2",
                           "-W", "2", "10.99.0.1"], capture_output=True, check=False)
    tap.line(done.returncode == 0, f"{ynl.name}: the tunnel that it made carries packets",
             done.stdout.decode()[-200:])

    peer = ynl.dump(client, "peer-get")[0]["peer"]
    tap.equal(f"{ynl.name}: peer-get", (keys[gateway], "attached", "10.99.0.1"),
              (plain(peer["public-key"]), peer.get("state"), peer["allowed-ip"][0]["ipv4"]))
    path = ynl.dump(client, "path-get")[0]["path"]
    tap.equal(f"{ynl.name}: path-get", ("udp4", 3, {"ipv4": "10.1.0.1", "port": 51820}),
              (path["transport"], path["priority"], path["remote"]))
    session = ynl.dump(client, "session-get")[0]["session"]
    tap.equal(f"{ynl.name}: session-get, dump", ("attached", "initiator", 0),
              (session["state"], session["role"], session["active-path"]))
    again = ynl.do(client, "session-get", session={"id": plain(session["id"])})["session"]
    tap.equal(f"{ynl.name}: session-get of one", session["id"], again["id"])
    tap.line(set(session["path"][0]["status"]) >= {"active", "validated"},
             f"{ynl.name}: the status of a path by name", session["path"][0]["status"])
    other = ynl.dump(gateway, "session-get")[0]["session"]
    tap.equal(f"{ynl.name}: both ends show one session", (session["id"], session["lineage"]),
              (other["id"], other["lineage"]))
    policy = ynl.do(client, "policy-get")["policy"]
    tap.equal(f"{ynl.name}: policy-get", {"udp4", "udp6"}, set(policy["allowed-transports"]))
    time.sleep(0.1)
    check_events(ynl, before + 1, plain(session["id"]))
    ynl.do(client, "session-terminate", session={"peer": keys[gateway]})
    last = [m["event"] for m in ynl.dump(client, "event-get")
            if m["event"]["type"] == "state-change"][-1]
    tap.equal(f"{ynl.name}: session-terminate", ("terminated", "operator-terminated"),
              (last.get("state-after"), last["reason"]))
    refusal(ynl)
    tap.exit()


def check_events(ynl, first, session):
    events = [m["event"] for m in ynl.dump(client, "event-get", event={"seq": first})]
    changes = [(e["state-before"], e["state-after"], e["reason"]) for e in events
               if e["type"] == "state-change" and plain(e["session-id"]) == session]
    tap.equal(f"{ynl.name}: event-get", [("birth", "attached", "handshake-ok")], changes)
    notified = [m["msg"]["event"] for m in ynl.notifications() if m["name"] == "event"]
    state = [e for e in events if e["type"] != "security"]
    tap.equal(f"{ynl.name}: its subscription hears the same", [e["seq"] for e in state],
              [e["seq"] for e in notified if e["seq"] >= first][:len(state)])


def refusal(ynl):
    try:
        ynl.do(client, "device-set", device={"notice": 2})
        tap.line(False, f"{ynl.name}: a refusal is shown", "was accepted")
    except NlError as error:
        tap.line("device.notice: must be u8 from 0 to 1" in str(error),
                 f"{ynl.name}: a refusal is shown, with the attribute", str(error))


main()
