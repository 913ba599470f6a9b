#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""examples.py: one story with a message of each type and kind, computed here.

  examples.py write     writes docs/protocol-examples.md and module/tests/examples.h

selftests/unit/check_examples.py tells whether they are up to date. The page is
for readers; with the header the module's own code is asked for the
same bytes (module/tests/examples_test.c).
"""

import ipaddress
import os
import sys

import inner
import keys
import noise
import wire

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
PAGE = os.path.join(TOP, "docs", "protocol-examples.md")
C_HEADER = os.path.join(TOP, "module", "tests", "examples.h")
PROLOGUE = b"jvpn v1"

INITIATOR, RESPONDER = keys.example("initiator static"), keys.example("responder static")
PSK = keys.example("psk")
INITIATOR_PUBLIC, RESPONDER_PUBLIC = noise.public(INITIATOR), noise.public(RESPONDER)
AT_FIRST, MOVED, GATEWAY = ("198.51.100.7", 40000), ("203.0.113.9", 40001), ("192.0.2.1", 5180)
ELSEWHERE = ("2001:db8::1", 5180)
TIME = 1700000000123456789
LIFETIME, LOSS_TTL = 28800000, 900000


def token(name):
    return keys.example(name)[:16]


class Handshake:
    """INIT and its RESPONSE, with everything that led there."""

    def __init__(self, name, init, response, psk, cookie=None):
        self.name, self.psk = name, psk
        self.init_index, self.response_index = init.pop("index"), response.pop("index")
        self.init_ephemeral = keys.example(name + ", ephemeral of the initiator")
        self.response_ephemeral = keys.example(name + ", ephemeral of the responder")
        self.init_payload = dict(
            init, session_max_lifetime=LIFETIME, transport_loss_ttl=LOSS_TTL,
            notice_token=keys.notice_token(INITIATOR, self.init_index))
        self.write_init(cookie)
        self.write_response(response)

    def write_init(self, cookie):
        self.initiator = noise.Initiator(PROLOGUE, INITIATOR, RESPONDER_PUBLIC,
                                         self.init_ephemeral)
        sealed = self.initiator.write(wire.INIT_PAYLOAD.encode(**self.init_payload))
        message = wire.INIT_MESSAGE.encode(type=wire.INIT, sender_index=self.init_index,
                                           noise=sealed)
        self.init = keys.add_macs(message[:-32], RESPONDER_PUBLIC, cookie)
        self.init_mac1 = self.init[-32:-16]
        self.after_init = self.initiator.symmetric

    def write_response(self, values):
        responder = noise.Responder(PROLOGUE, RESPONDER)
        responder.read(wire.INIT_MESSAGE.decode(self.init)["noise"])
        if self.response_index:
            values["notice_token"] = keys.notice_token(RESPONDER, self.response_index)

        def payload(chaining_key):
            self.session_id = keys.session_id(chaining_key)
            if not values["status"] and "session_id" not in values:
                values["session_id"] = self.session_id
            return wire.RESPONSE_PAYLOAD.encode(**values)

        sealed, self.final = responder.write(payload, self.psk, self.response_ephemeral)
        message = wire.RESPONSE_MESSAGE.encode(
            type=wire.RESPONSE, sender_index=self.response_index,
            receiver_index=self.init_index, noise=sealed)
        self.response = keys.add_macs(message[:-32], INITIATOR_PUBLIC)
        self.response_payload = values
        self.to_responder, self.to_initiator = keys.split(self.final.chaining_key)
        self.root = keys.session_root(self.final.chaining_key)
        # The initiator has to come to the same.
        opened, final = self.initiator.read(sealed, self.psk)
        assert wire.RESPONSE_PAYLOAD.decode(opened)["status"] == values["status"]
        assert final.chaining_key == self.final.chaining_key


class Packets:
    """DATA and CONTROL under one pair of keys."""

    def __init__(self, handshake, cipher):
        self.index = {keys.TO_RESPONDER: handshake.response_index,
                      keys.TO_INITIATOR: handshake.init_index}
        self.traffic = {
            keys.TO_RESPONDER: keys.Traffic(handshake.to_responder, cipher,
                                            keys.TO_RESPONDER),
            keys.TO_INITIATOR: keys.Traffic(handshake.to_initiator, cipher,
                                            keys.TO_INITIATOR)}
        self.counter = {keys.TO_RESPONDER: 0, keys.TO_INITIATOR: 0}
        self.cipher = cipher
        self.all = []

    def add(self, name, direction, kind, path_id, plain, fields=None):
        counter = self.counter[direction]
        self.counter[direction] += 1
        header = wire.header(kind, path_id, self.index[direction], counter)
        sealed = self.traffic[direction].seal(header, counter, plain)
        self.all.append(dict(name=name, direction=direction, type=kind, path_id=path_id,
                             counter=counter, plain=plain, message=header + sealed,
                             index=self.index[direction], fields=fields))

    def control(self, direction, path_id, kind, clock, /, **values):
        plain = wire.body(kind, clock, **values)
        self.add(wire.NAMES[kind], direction, wire.CONTROL, path_id, plain,
                 {"kind": kind, "length": len(plain), "clock": clock, **values})


class Story:
    def __init__(self):
        offer = 1 << keys.AES_256_GCM | 1 << keys.CHACHA20_POLY1305
        init = dict(kind=wire.CREATE, ciphers=offer, path_id=0, clock=3, index=0x0a0b0c01,
                    timestamp=wire.timestamp(TIME))
        answer = dict(status=0, cipher=keys.CHACHA20_POLY1305, clock=1, index=0x0a0b0c02,
                      session_max_lifetime=LIFETIME, transport_loss_ttl=LOSS_TTL,
                      observed=AT_FIRST)
        self.create = Handshake("create", dict(init), dict(answer), PSK)

        self.cookie = token("cookie")
        self.cookie_nonce = keys.example("cookie nonce")[:24]
        self.cookie_reply = wire.COOKIE_MESSAGE.encode(
            type=wire.COOKIE_REPLY, receiver_index=self.create.init_index,
            nonce=self.cookie_nonce,
            sealed_cookie=keys.seal_cookie(RESPONDER_PUBLIC, self.cookie_nonce,
                                           self.cookie, self.create.init_mac1))
        self.again = Handshake(
            "create again", {**init, "timestamp": wire.timestamp(TIME + 10 ** 9),
                             "clock": 1003}, {**answer, "clock": 2}, PSK, self.cookie)

        self.root, self.session_id = self.create.root, self.create.session_id
        self.rekey_psk = keys.rekey_psk(self.root, PSK)
        rekey = dict(kind=wire.REKEY, ciphers=offer | 0x80, path_id=1, clock=120003,
                     index=0x0a0b0c03, timestamp=wire.timestamp(TIME + 120 * 10 ** 9),
                     session_id=self.session_id)
        self.rekey = Handshake(
            "rekey", dict(rekey),
            dict(answer, cipher=keys.AES_256_GCM, clock=120001, index=0x0a0b0c04,
                 observed=MOVED, session_id=self.session_id), self.rekey_psk)
        self.refused = Handshake(
            "refused rekey", {**rekey, "clock": 240003, "index": 0x0a0b0c05,
                              "timestamp": wire.timestamp(TIME + 240 * 10 ** 9)},
            dict(status=wire.SESSION_NOT_FOUND, cipher=keys.AES_256_GCM, index=0,
                 observed=MOVED), PSK)
        self.handshakes = [self.create, self.again, self.rekey, self.refused]

        self.lineage_key = keys.lineage_key(self.root)
        self.lineage = [keys.lineage_first(self.lineage_key, self.session_id)]
        endpoint = wire.Endpoint().encode
        self.step = dict(epoch=1, initiator=MOVED, responder=GATEWAY,
                         reason=wire.OPERATOR_REQUEST, accept_time=TIME + 10 * 10 ** 9)
        self.lineage.append(keys.lineage_next(
            self.lineage_key, self.lineage[0], 1, endpoint(MOVED), endpoint(GATEWAY),
            wire.OPERATOR_REQUEST, self.step["accept_time"]))
        self.notice_index = self.rekey.response_index
        self.notice = wire.NOTICE_MESSAGE.encode(
            type=wire.NOTICE, receiver_index=self.notice_index,
            token=keys.notice_token(RESPONDER, self.notice_index))
        self.first = Packets(self.create, keys.CHACHA20_POLY1305)
        self.second = Packets(self.rekey, keys.AES_256_GCM)
        self.fill_first()
        self.fill_second()

    def fill_first(self):
        """From the confirming HEARTBEAT to a move to path 1."""
        out, back, p = keys.TO_RESPONDER, keys.TO_INITIATOR, self.first
        at_first = dict(epoch=0, bound_path=0, state=wire.ATTACHED)
        p.control(out, 0, wire.HEARTBEAT, 24, sequence=1, sent=1, token=token("mine"),
                  **at_first)
        p.control(back, 0, wire.HEARTBEAT_ACK, 23, sequence=1, echo_clock=24, sent=1,
                  received=1, token=token("path 0"), echo=token("mine"),
                  observed=AT_FIRST, **at_first)
        p.control(out, 0, wire.PATH_CONFIRM, 45, token=token("path 0"))
        p.add("DATA", out, wire.DATA, 0, inner.echo("10.9.0.2", "10.9.0.1", 1))
        p.control(back, 0, wire.REATTACH_WANTED, 9000, epoch=0, reason=wire.LINK_DOWN)
        p.control(out, 1, wire.REATTACH_REQUEST, 10000, nonce=1, epoch=0, path_id=1,
                  reason=wire.OPERATOR_REQUEST)
        p.control(back, 1, wire.REATTACH_CHALLENGE, 10010, nonce=1, token=token("path 1"))
        p.control(out, 1, wire.REATTACH_PROOF, 10020, nonce=1, epoch=0,
                  token=token("path 1"))
        p.control(back, 1, wire.REATTACH_ACK, 10030, nonce=1, version=3,
                  lineage_before=self.lineage[0], lineage=self.lineage[1], **self.step)
        p.control(back, 1, wire.REATTACH_REJECT, 10040, nonce=1, epoch=1,
                  reason=wire.RATE_LIMITED, retry_after=50)
        p.control(back, 1, wire.PATH_CHALLENGE, 11000, token=token("path 1"),
                  observed=MOVED)
        p.control(back, 1, wire.REKEY_WANTED, 120000)

    def fill_second(self):
        """After the change of keys."""
        out, back, p = keys.TO_RESPONDER, keys.TO_INITIATOR, self.second
        p.add("DATA, keepalive", out, wire.DATA, 1, b"")
        p.add("DATA under AES-256-GCM", back, wire.DATA, 1, inner.echo("10.9.0.2", "10.9.0.1", 1))
        p.control(back, 1, wire.ENDPOINTS, 120100, serial=1, count=1, endpoint=ELSEWHERE,
                  priority=2)
        p.control(out, 1, wire.ENDPOINTS_ACK, 120120, serial=1)
        p.control(out, 1, wire.TERMINATE, 130000, reason=wire.OPERATOR_TERMINATED)

    def packets(self):
        for number, some in enumerate((self.first, self.second)):
            for packet in some.all:
                yield number, some, packet


# ---- the page ----

def block(data):
    lines = [data[n:n + 32].hex() for n in range(0, len(data), 32)]
    return "\n".join(["```", *(lines or ["(nothing)"]), "```"])


def shown(kind, value):
    if isinstance(value, bytes):
        return f"`{value.hex()}`"
    if isinstance(kind, wire.Endpoint):
        return "unknown" if value is None else str(value[0]) + ", port " + str(value[1])
    if isinstance(kind, wire.Bytes):
        return "zero"
    return str(value or 0)


def rows(layout, values):
    return [f"| {name} | {shown(kind, values.get(name))} |" for name, kind in layout.fields
            if not isinstance(kind, (wire.Zero, wire.Ignored))]


def table(*lines):
    return "\n".join(["| field | value |", "| --- | --- |", *lines])


def values(**named):
    return table(*(f"| {name.replace('_', ' ')} | `{value.hex()}` |"
                   for name, value in named.items()))


def page_handshake(h, title, intro, response=True, secrets=True):
    parts = [f"### {title}", intro,
             values(ephemeral_private_key=h.init_ephemeral,
                    ephemeral_public_key=noise.public(h.init_ephemeral)),
             f"Sender index {h.init_index:#010x}. Its payload:",
             table(*rows(wire.INIT_PAYLOAD, h.init_payload)),
             block(wire.INIT_PAYLOAD.encode(**h.init_payload)),
             "Noise's state after it:",
             values(ck=h.after_init.chaining_key, h=h.after_init.hash),
             "The message:", block(h.init)]
    if not response:
        return parts
    parts += ["**RESPONSE**",
              values(PSK=h.psk, ephemeral_private_key=h.response_ephemeral,
                     ephemeral_public_key=noise.public(h.response_ephemeral)),
              f"Sender index {h.response_index:#010x}, receiver index "
              f"{h.init_index:#010x}. Its payload:",
              table(*rows(wire.RESPONSE_PAYLOAD, h.response_payload)),
              block(wire.RESPONSE_PAYLOAD.encode(**h.response_payload)),
              "Noise's final state:",
              values(ck=h.final.chaining_key, h=h.final.hash)]
    if secrets:
        parts += ["The split:", values(to_responder=h.to_responder,
                                       to_initiator=h.to_initiator)]
    return parts + ["The message:", block(h.response)]


def page_traffic(p):
    return values(key_to_responder=p.traffic[1].key, IV_to_responder=p.traffic[1].iv,
                  key_to_initiator=p.traffic[2].key, IV_to_initiator=p.traffic[2].iv)


def page_packet(p, packet):
    way = {1: "initiator to responder", 2: "responder to initiator"}[packet["direction"]]
    parts = [f"### {packet['name']}",
             f"From {way}, path {packet['path_id']}, receiver index "
             f"{packet['index']:#010x}, counter {packet['counter']}; nonce "
             f"`{p.traffic[packet['direction']].nonce(packet['counter']).hex()}`."]
    if packet["fields"]:
        kind = packet["fields"]["kind"]
        parts.append(table(*rows(wire.BODY_HEAD, packet["fields"]),
                           *rows(wire.BODIES[kind], packet["fields"])))
    return parts + ["Plaintext:", block(packet["plain"]), "The message:",
                    block(packet["message"])]


def page(s):
    parts = [
        "# Worked examples",
        "<!-- Made by selftests/peer/examples.py, as is module/tests/examples.h. -->",
        "One story with a message of each type and kind of [the protocol](protocol.md). The\n"
        "bytes were computed by the Python peer of `selftests/peer/`, and a test in the kernel\n"
        "(`module/tests/examples_test.c`) gets the same from the module's own code. The page is\n"
        "made by `make -C selftests/unit docs`; `make -C selftests/unit check` compares it.",
        "Reserved fields, all zero, are left out of the tables; bytes are hexadecimal. What\n"
        "would be random is `SHA-256(\"jvpn example: \" || some words)`.",
        "## Given",
        values(**{"initiator's private key": INITIATOR,
                  "initiator's public key": INITIATOR_PUBLIC,
                  "responder's private key": RESPONDER,
                  "responder's public key": RESPONDER_PUBLIC, "configured PSK": PSK}),
        "What both ends prepare from the public keys:",
        values(mac1_key_of_messages_to_the_responder=keys.mac1_key(RESPONDER_PUBLIC),
               mac1_key_of_messages_to_the_initiator=keys.mac1_key(INITIATOR_PUBLIC),
               cookie_key_of_the_responder=keys.cookie_key(RESPONDER_PUBLIC)),
        "## Handshakes",
        *page_handshake(s.create, "INIT, create, and its RESPONSE",
                        "The responder sees the initiator at 198.51.100.7, port 40000."),
        "The session and its lineage:",
        values(session_id=s.session_id, session_root=s.root, lineage_key=s.lineage_key,
               L0=s.lineage[0]),
        "Traffic keys (ChaCha20-Poly1305):", page_traffic(s.first),
        "### COOKIE_REPLY",
        "What a responder under load answers to the INIT above instead.",
        values(cookie=s.cookie, nonce=s.cookie_nonce, mac1_answered=s.create.init_mac1),
        "The message:", block(s.cookie_reply),
        *page_handshake(s.again, "INIT, create, with mac2",
                        "The next INIT, with that cookie, a second later.", response=False),
        *page_handshake(s.rekey, "INIT, rekey, and its RESPONSE",
                        "Two minutes later, on path 1, with the rekey PSK. The initiator says that it has\n"
                        "AES in hardware, and so has the responder."),
        "Traffic keys (AES-256-GCM):", page_traffic(s.second),
        *page_handshake(s.refused, "INIT, rekey, and a refusing RESPONSE",
                        "The responder has lost the session: it mixes the configured PSK. Its\n"
                        "sender index is 0, and there is no session id.", secrets=False),
        "### NOTICE",
        f"For a packet with the receiver index {s.notice_index:#010x}, which the responder does\n"
        "not know any more.",
        values(token=keys.notice_token(RESPONDER, s.notice_index)),
        "The message:", block(s.notice),
        "## DATA and CONTROL under the first keys"]
    for packet in s.first.all:
        parts += page_packet(s.first, packet)
        if packet["name"] == "REATTACH_ACK":
            parts += ["Its lineage: `HMAC(lineage key, L0 || epoch || both endpoints || reason"
                      " || accept time)`."]
    parts.append("## DATA and CONTROL under the second keys")
    for packet in s.second.all:
        parts += page_packet(s.second, packet)
    return "\n\n".join(parts) + "\n"


# ---- the header ----

def c_define(name, data):
    lines = [f'\t"{data[n:n + 32].hex()}"' for n in range(0, len(data), 32)] or ['\t""']
    return f"#define {c_name(name)} \\\n" + " \\\n".join(lines) + "\n"


def c_name(words):
    return "EXAMPLE_" + words.upper().replace(" ", "_").replace(",", "").replace("-", "_")


def c_bytes(data, tabs):
    """An array's bytes; short ones stay on their line."""
    groups = [", ".join(f"{b:#04x}" for b in data[n:n + 8]) for n in range(0, len(data), 8)]
    return "{\n" + ",\n".join("\t" * (tabs + 1) + g for g in groups) + ",\n" + \
        "\t" * tabs + "}"


def c_endpoint(value, tabs, order):
    address = ipaddress.ip_address(value[0])
    port = f"cpu_to_le16({value[1]})" if order else str(value[1])
    return "{ .family = %d, .port = %s, .addr = %s }" % (
        address.version, port, c_bytes(address.packed, tabs))


C_NAMES = {"sequence": "seq", "echo_clock": "echo_clock_ms", "clock": "clock_ms",
           "retry_after": "retry_after_ms", "accept_time": "accept_time_ns",
           "session_max_lifetime": "bounds.session_max_lifetime_ms",
           "transport_loss_ttl": "bounds.transport_loss_ttl_ms"}
C_MEMBERS = {
    wire.HEARTBEAT: "heartbeat", wire.HEARTBEAT_ACK: "heartbeat",
    wire.REATTACH_REQUEST: "request", wire.REATTACH_CHALLENGE: "challenge",
    wire.REATTACH_PROOF: "proof", wire.REATTACH_ACK: "ack", wire.REATTACH_REJECT: "reject",
    wire.REATTACH_WANTED: "wanted", wire.PATH_CHALLENGE: "path_token",
    wire.PATH_CONFIRM: "path_token", wire.ENDPOINTS: "endpoints",
    wire.ENDPOINTS_ACK: "endpoints_ack", wire.TERMINATE: "terminate"}


def c_value(kind, value, tabs, order):
    if isinstance(kind, wire.Endpoint):
        return c_endpoint(value, tabs, order)
    if isinstance(kind, wire.Bytes):
        return c_bytes(value, tabs)
    if order and kind.size > 1:
        return f"cpu_to_le{8 * kind.size}({value})"
    return f"{value}ULL" if kind.size == 8 else str(value)


def c_fields(layout, given, tabs, order, prefix=""):
    """Initialisers; what is zero is left to the compiler. @order: as on the wire."""
    lines = []
    for name, kind in layout.fields:
        if given.get(name):
            member = {"endpoint": "offer[0].endpoint", "priority": "offer[0].priority"}.get(
                name, C_NAMES.get(name, name))
            lines.append("\t" * tabs + f".{prefix}{member} = "
                         f"{c_value(kind, given[name], tabs, order)},\n")
    return "".join(lines)


def handshake_strings(h):
    return dict(
        init_ephemeral=h.init_ephemeral, response_ephemeral=h.response_ephemeral, psk=h.psk,
        chaining_key=h.after_init.chaining_key, hash=h.after_init.hash, init=h.init,
        response=h.response, to_responder=h.to_responder, to_initiator=h.to_initiator,
        session_id=h.session_id, root=h.root, final_hash=h.final.hash)


def c_handshake(h):
    return ("\t{\n" + f'\t\t.name = "{h.name}",\n'
            f"\t\t.init_index = {h.init_index:#x},\n"
            f"\t\t.response_index = {h.response_index:#x},\n"
            "\t\t.init_payload = {\n" +
            c_fields(wire.INIT_PAYLOAD, h.init_payload, 3, True) + "\t\t},\n"
            "\t\t.response_payload = {\n" +
            c_fields(wire.RESPONSE_PAYLOAD, h.response_payload, 3, True) + "\t\t},\n" +
            "".join(f"\t\t.{name} = {c_name(h.name + ' ' + name)},\n"
                    for name in handshake_strings(h)) + "\t},\n")


def c_packet(number, packet):
    text = ("\t{\n" + f'\t\t.name = "{packet["name"]}",\n'
            f"\t\t.keys = {number},\n\t\t.direction = {packet['direction']},\n"
            f"\t\t.type = {packet['type']},\n\t\t.path_id = {packet['path_id']},\n"
            f"\t\t.receiver_index = {packet['index']:#x},\n"
            f"\t\t.counter = {packet['counter']},\n")
    if packet["fields"]:
        fields = packet["fields"]
        member = C_MEMBERS.get(fields["kind"], "")
        text += ("\t\t.body = {\n" + f"\t\t\t.kind = {fields['kind']},\n"
                 f"\t\t\t.clock_ms = {fields['clock']},\n" +
                 c_fields(wire.BODIES[fields["kind"]], fields, 3, False, member + ".") +
                 "\t\t},\n")
    return text + (f"\t\t.plain = {c_name(packet['name'] + ' plain')},\n"
                   f"\t\t.message = {c_name(packet['name'])},\n\t}},\n")


def c_traffic(p):
    return "\t{\n" + f"\t\t.cipher = {p.cipher},\n" + "".join(
        f'\t\t.key[{d - 1}] =\n\t\t\t"{p.traffic[d].key.hex()}",\n'
        f'\t\t.iv[{d - 1}] = "{p.traffic[d].iv.hex()}",\n' for d in (1, 2)) + "\t},\n"


C_TYPES = """\
/* INIT and RESPONSE. Strings are hexadecimal. */
struct example_handshake {
	const char *name;
	u32 init_index, response_index;
	struct jvpn_init_payload init_payload;
	struct jvpn_response_payload response_payload;
	const char *init_ephemeral, *response_ephemeral, *psk;
	const char *chaining_key, *hash;	/* after the INIT */
	const char *init, *response;
	const char *to_responder, *to_initiator, *session_id, *root, *final_hash;
};

/* Of one pair of keys; to the responder, to the initiator. */
struct example_traffic {
	u8 cipher;
	const char *key[2], *iv[2];
};

/* DATA, or CONTROL with a body. */
struct example_packet {
	const char *name;
	u8 keys;		/* which example_traffic */
	u8 direction;		/* enum jvpn_direction */
	u8 type, path_id;
	u32 receiver_index;
	u64 counter;
	struct jvpn_control body;
	const char *plain, *message;
};

/* Which of the handshakes is what. */
enum {
	EXAMPLE_CREATE,
	EXAMPLE_CREATE_AGAIN,
	EXAMPLE_REKEY,
	EXAMPLE_REFUSED,
};
"""


def c_header(s):
    defines = dict(INITIATOR=INITIATOR, INITIATOR_PUBLIC=INITIATOR_PUBLIC,
                   RESPONDER=RESPONDER, RESPONDER_PUBLIC=RESPONDER_PUBLIC, PSK=PSK,
                   COOKIE=s.cookie, COOKIE_REPLY=s.cookie_reply, NOTICE=s.notice,
                   LINEAGE_0=s.lineage[0])
    for h in s.handshakes:
        defines.update((f"{h.name} {name}", data)
                       for name, data in handshake_strings(h).items())
    for _, _, packet in s.packets():
        defines[packet["name"] + " plain"] = packet["plain"]
        defines[packet["name"]] = packet["message"]
    return (
        "/* SPDX-License-Identifier: GPL-2.0 */\n"
        "/* The examples of docs/protocol-examples.md; made by selftests/peer/examples.py. */\n"
        "#ifndef _JVPN_TESTS_EXAMPLES_H\n#define _JVPN_TESTS_EXAMPLES_H\n\n"
        "#include \"../control.h\"\n#include \"../wire.h\"\n\n" +
        "".join(c_define(name, data) for name, data in defines.items()) +
        "\n" + C_TYPES + "\n"
        "static const struct example_handshake example_handshakes[] = {\n" +
        "".join(map(c_handshake, s.handshakes)) + "};\n\n"
        "/* Of the create, of the rekey. */\n"
        "static const struct example_traffic example_traffic[] = {\n" +
        c_traffic(s.first) + c_traffic(s.second) + "};\n\n"
        "static const struct example_packet example_packets[] = {\n" +
        "".join(c_packet(number, packet) for number, _, packet in s.packets()) +
        "};\n\n#endif /* _JVPN_TESTS_EXAMPLES_H */\n")


def outputs():
    story = Story()
    return {PAGE: page(story), C_HEADER: c_header(story)}


def main():
    for path, text in outputs().items():
        with open(path, "w", encoding="ascii") as file:
            file.write(text)


if __name__ == "__main__":
    if sys.argv[1:] != ["write"]:
        sys.exit(__doc__)
    main()
