#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""secrets_guest.py: the hands of secrets.py inside the machine. Obeys lines on a
console that the other end has of its own:

  send DATA             a datagram from here to the module
  run COMMAND           of the shell; answers `ran STATUS OUTPUT`
  set COMMAND REQUEST KEY MASKED
                        a netlink request; in place of KEY it has MASKED, unmasked;
                        answers `ran 0`, or what the kernel said
  bye                   ends

and says `got DATA` for each datagram from the module. All words are in base64.

No secret is ever in the memory of a process here but in the one page from which
the kernel takes it, and that is written over at once.
"""

import base64
import mmap
import os
import selectors
import socket
import struct
import subprocess
import sys
import tty

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "netns"))
import netlink_lib as nl                # noqa: E402

CONSOLE, HERE, MODULE = "/dev/tty1", ("127.0.0.1", 4000), ("127.0.0.1", 5180)
MASK = 0xa5


class Family(nl.Family):
    page = mmap.mmap(-1, mmap.PAGESIZE)

    def unmask(self, request, placeholder, masked):
        """Sends it from the page, in which the placeholder is replaced."""
        at = request.index(placeholder)
        self.page[:len(request)] = request
        for i, byte in enumerate(masked):       # never two of them side by side
            self.page[at + i] = byte ^ MASK
        try:
            self.sock.send(memoryview(self.page)[:len(request)])
        finally:
            self.page[:] = bytes(len(self.page))

    def set(self, command, request, placeholder, masked):
        self.seq += 1
        body = struct.pack("BBH", self.spec.commands[command], 1, 0) + request
        self.unmask(struct.pack("IHHII", len(body) + 16, self.id,
                                nl.NLM_F_REQUEST | nl.NLM_F_ACK, self.seq, 0) + body,
                    placeholder, masked)
        for msg_type, msg_flags, _, answer in self.receive():
            self.raise_error(msg_type, msg_flags, answer)


class Hands:
    def __init__(self):
        self.console = os.open(CONSOLE, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.console)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(HERE)
        self.family = Family(nl.Spec())
        self.rest = b""

    def say(self, word, *data):
        line = " ".join([word] + [base64.b64encode(d).decode() for d in data])
        line = line.encode() + b"\n"
        while line:
            line = line[os.write(self.console, line):]

    def do_send(self, data):
        self.sock.sendto(data, MODULE)

    def do_run(self, command):
        done = subprocess.run(["bash", "-c", command.decode()], capture_output=True,
                              check=False)
        self.say("ran", str(done.returncode).encode(), done.stdout + done.stderr)

    def do_set(self, command, request, placeholder, masked):
        try:
            self.family.set(command.decode(), request, placeholder, masked)
            self.say("ran", b"0", b"")
        except nl.NlError as error:
            self.say("ran", b"1", str(error).encode())

    def do_bye(self):
        sys.exit()

    def obey(self, line):
        word, *data = line.decode().split(" ")
        getattr(self, "do_" + word)(*map(base64.b64decode, data))

    def heard(self):
        self.rest += os.read(self.console, 65536)
        *lines, self.rest = self.rest.split(b"\n")
        for line in lines:
            self.obey(line)

    def serve(self):
        selector = selectors.DefaultSelector()
        selector.register(self.console, selectors.EVENT_READ, self.heard)
        selector.register(self.sock, selectors.EVENT_READ,
                          lambda: self.say("got", self.sock.recv(65536)))
        self.say("ready")
        while True:
            for key, _ in selector.select():
                key.data()


if __name__ == "__main__":
    Hands().serve()
