#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The Python peer of selftests/peer against what is published, and what it wrote
(docs/protocol-examples.md, module/tests/examples.h) against what it would write.
Prints TAP."""

import os
import re
import sys

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(TOP, "selftests", "peer"))

import examples     # noqa: E402
import keys         # noqa: E402
import noise        # noqa: E402
import wire         # noqa: E402


def vectors():
    """The strings of module/tests/vectors.h."""
    with open(os.path.join(TOP, "module", "tests", "vectors.h"), encoding="ascii") as file:
        text = file.read().replace("\\\n", " ")
    return {name: bytes.fromhex("".join(re.findall(r'"([0-9a-f]*)"', rest)))
            for name, rest in re.findall(r"^#define (\w+)((?:\s+\"[0-9a-f]*\")+)", text, re.M)}


def published_noise():
    v = vectors()
    initiator = noise.Initiator(v["NOISE_PROLOGUE"], v["NOISE_INIT_STATIC"],
                                v["NOISE_RESP_PUBLIC"], v["NOISE_INIT_EPHEMERAL"])
    responder = noise.Responder(v["NOISE_PROLOGUE"], v["NOISE_RESP_STATIC"])
    first = initiator.write(v["NOISE_PAYLOAD_1"])
    opened = responder.read(first)
    second, final = responder.write(lambda _: v["NOISE_PAYLOAD_2"], v["NOISE_PSK"],
                                    v["NOISE_RESP_EPHEMERAL"])
    answer, _ = initiator.read(second, v["NOISE_PSK"])
    return (first, opened, second, answer, final.hash) == (
        v["NOISE_MESSAGE_1"], v["NOISE_PAYLOAD_1"], v["NOISE_MESSAGE_2"],
        v["NOISE_PAYLOAD_2"], v["NOISE_HASH"])


def published_xchacha():
    """draft-irtf-cfrg-xchacha-03, 2.2.1."""
    return keys.hchacha20(bytes(range(32)), bytes.fromhex(
        "000000090000004a0000000031415927")) == bytes.fromhex(
            "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc")


def bodies_read_back():
    """Every body in the examples, and none that is too short or says so."""
    for _, _, packet in examples.Story().packets():
        if not packet["fields"]:
            continue
        plain = packet["plain"]
        read = wire.read_body(plain + bytes(7))
        if any(read.get(name) != value for name, value in packet["fields"].items()
               if packet["fields"]["kind"] != wire.ENDPOINTS):
            return False
        for wrong in (plain[:-1], plain[:2] + bytes([len(plain) + 1]) + plain[3:]):
            try:
                wire.read_body(wrong)
                return False
            except noise.Invalid:
                pass
    return True


def up_to_date(path, text):
    def check():
        with open(path, encoding="ascii") as file:
            return file.read() == text
    check.__name__ = os.path.relpath(path, TOP) + " is up to date"
    return check


def main():
    checks = [published_noise, published_xchacha, bodies_read_back]
    checks += [up_to_date(*output) for output in examples.outputs().items()]
    print(f"1..{len(checks)}")
    failed = 0
    for number, check in enumerate(checks, 1):
        good = check()
        failed += not good
        print("ok" if good else "not ok", number, check.__name__)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
