#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""secrets.py: no key outlives its use, anywhere in the memory of a machine.

A debug kernel runs in real time with the module in it. The other end of its
sessions is the Python peer, which runs here, outside, so that it can say every
secret that a session has without one of them being in the machine's memory
because of it; datagrams pass by a console (secrets_guest.py). The machine's memory
is a file of this machine, and is searched for each secret:

  while it is in use    it is found, so the search can find it
  afterwards            it is not: neither in freed memory nor on a stack
  in between            what lives for a moment only (results of Diffie-Hellman,
                        chaining keys, PSKs of rekeys) is never found

A secret of 32 bytes is looked for by its halves, one of which is enough: KASAN
writes its notes into the beginning of a freed object. KASAN also keeps freed
objects aside before they are used again, so that what is left in them stays to be
found. Nothing here wipes freed memory (init_on_free is off).
"""

import base64
import glob
import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LAB = os.path.join(HERE, "..", "lab")
sys.path[:0] = [os.path.join(HERE, "..", "peer"), os.path.join(HERE, "..", "netns")]
# pylint: disable=wrong-import-position
import inner                            # noqa: E402
import keys                             # noqa: E402
import netlink_lib as nl                # noqa: E402
import noise                            # noqa: E402
import peer                             # noqa: E402
import session                          # noqa: E402
import wire                             # noqa: E402

PATIENCE_S = 10
RAM_BYTES = 192 << 20
CHUNK, OVERLAP = 1 << 20, 64
MASK = 0xa5
GUEST = ("127.0.0.1", 4000)
MODULE = ("127.0.0.1", 5180)
INNER_HERE, INNER_MODULE = "10.9.0.2", "10.9.0.1"


# --- Secrets ------------------------------------------------------------------

def sha256_state(block):
    """The state after one block, as the kernel holds it for a key of HMAC."""
    def primes():
        n = 2
        while True:
            if all(n % p for p in range(2, int(n ** 0.5) + 1)):
                yield n
            n += 1

    def root_bits(n, power):
        """The first 32 bits of the fraction of n ** (1 / power)."""
        low, high = 0, n << 32
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if middle ** power <= n << 32 * power else (low, middle)
        return low & 0xffffffff

    def turn(x, n):
        return (x >> n | x << 32 - n) & 0xffffffff

    first = [p for p, _ in zip(primes(), range(64))]
    h = initial = [root_bits(p, 2) for p in first[:8]]
    w = list(struct.unpack(">16I", block))
    for i in range(16, 64):
        a, b = w[i - 15], w[i - 2]
        w.append((w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ a >> 3) + w[i - 7] +
                  (turn(b, 17) ^ turn(b, 19) ^ b >> 10)) & 0xffffffff)
    for k, x in zip((root_bits(p, 3) for p in first), w):
        a, b, c, d, e, f, g, last = h
        one = last + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + (e & f ^ ~e & g) + k + x
        two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + (a & b ^ a & c ^ b & c)
        h = [one + two & 0xffffffff, a, b, c, d + one & 0xffffffff, e, f, g]
    return struct.pack("=8I", *((x + y) & 0xffffffff for x, y in zip(initial, h)))


def hmac_states(key):
    block = key.ljust(64, b"\0")
    return {pad: sha256_state(bytes(byte ^ value for byte in block))
            for pad, value in (("inner", 0x36), ("outer", 0x5c))}


class Secrets:
    """All that were ever derived: those in use, and those of a moment."""

    PUBLIC = (b"jvpn 1 session id", b"jvpn 1 mac1", b"jvpn 1 cookie", b"jvpn notice")

    def __init__(self):
        self.live, self.moment = {}, {}
        self.label = ""
        self.dh, self.noise_hkdf, self.hkdf = noise.dh, noise.hkdf, keys.hkdf
        noise.dh, noise.hkdf, keys.hkdf = self.on_dh, self.on_noise_hkdf, self.on_hkdf

    def momentary(self, what, secret):
        self.moment[f"{self.label}: {what} {len(self.moment)}"] = secret
        return secret

    def in_use(self, what, secret):
        self.live[f"{self.label}: {what}"] = secret

    def hmac_key(self, what, key):
        self.momentary(what, key)
        for pad, state in hmac_states(key).items():
            self.in_use(f"{what}, {pad} state", state)

    def on_dh(self, private, other):
        return self.momentary("Diffie-Hellman", self.dh(private, other))

    def on_noise_hkdf(self, *args):
        out = self.noise_hkdf(*args)
        for secret in out:
            self.momentary("chaining key or key of the handshake", secret)
        return out

    def on_hkdf(self, salt, material, info, size):
        out = self.hkdf(salt, material, info, size)
        if info in self.PUBLIC:
            return out
        self.momentary("extracted key", keys.hmac.digest(salt or bytes(32), material, "sha256"))
        if info == b"":
            self.momentary("secret of a direction", out[:32])
            self.momentary("secret of a direction", out[32:])
        elif info == b"jvpn 1 session root":
            self.in_use("session root", out)
        elif info == b"jvpn 1 rekey":
            self.momentary("PSK of the rekey", out)
        elif info == b"jvpn 1 lineage":
            self.hmac_key("lineage key", out)
        else:
            assert len(info) == 8 and info[:6] == b"jvpn 1", info
            way = {keys.TO_RESPONDER: "to the responder",
                   keys.TO_INITIATOR: "to the initiator"}[info[7]]
            self.in_use(f"traffic key {way}", out[:32])
            self.in_use(f"IV {way}", out[32:])
        return out


# --- The machine --------------------------------------------------------------

class Memory:
    """Of the machine: its RAM is a file that has no name any more, the kernel's
    own variables are the process's."""

    def __init__(self, pid):
        self.pid = pid
        files = [f"/proc/{pid}/fd/{number}" for number in os.listdir(f"/proc/{pid}/fd")]
        self.ram = max((name for name in files if os.stat(name).st_nlink == 0),
                       key=lambda name: os.stat(name).st_size)
        if os.stat(self.ram).st_size < RAM_BYTES:
            raise RuntimeError("the machine's memory is nowhere")

    def pieces(self):
        with open(self.ram, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            for at in range(0, size, CHUNK):
                data = os.pread(file.fileno(), CHUNK + OVERLAP, at)
                if data.count(0) < len(data):       # much was never used
                    yield f"RAM+{at:#x}", data
        with open(f"/proc/{self.pid}/maps", encoding="ascii") as maps, \
                open(f"/proc/{self.pid}/mem", "rb") as mem:
            for line in maps:
                span, mode, *_ = line.split()
                begin, end = (int(n, 16) for n in span.split("-"))
                # The shadow of KASAN is larger than any machine.
                if mode[:2] != "rw" or mode[3] != "p" or end - begin > 1 << 28:
                    continue
                try:
                    yield f"{begin:#x}", os.pread(mem.fileno(), end - begin, begin)
                except OSError:
                    pass

    def search(self, secrets, meanwhile, halves=2):
        """{name: where} of those that are found, or so many halves of them."""
        found = {}
        for where, data in self.pieces():
            meanwhile()
            for name, secret in secrets.items():
                parts = (secret[16:], secret[:16]) if len(secret) == 32 else (secret,)
                for part in parts[:halves]:
                    at = data.find(part)
                    while at >= 0:
                        found.setdefault(name, []).append(f"{where}+{at:#x}")
                        at = data.find(part, at + 1)
        return found


class Failed(Exception):
    pass


class Link:
    """A socket for the peer: datagrams pass by the machine's second console."""

    def __init__(self, sock):
        self.sock = sock
        sock.setblocking(False)
        self.rest, self.datagrams, self.answers = b"", [], []

    def fileno(self):
        return self.sock.fileno()

    def getsockname(self):
        return GUEST

    def say(self, word, *data):
        line = " ".join([word] + [base64.b64encode(d).decode() for d in data]).encode() + b"\n"
        self.sock.setblocking(True)
        self.sock.sendall(line)
        self.sock.setblocking(False)

    def sendto(self, datagram, _):
        self.say("send", datagram)

    def recvfrom(self, _):
        try:
            self.rest += self.sock.recv(1 << 16) or sys.exit("the machine is gone")
        except BlockingIOError:
            pass
        *lines, self.rest = self.rest.split(b"\n")
        for line in lines:
            word, *data = line.decode().split(" ")
            data = [base64.b64decode(d) for d in data]
            if word == "got":
                self.datagrams += data
            else:
                self.answers.append((word, *data))
        if not self.datagrams:
            raise BlockingIOError
        return self.datagrams.pop(0), MODULE


class Machine:
    def __init__(self):
        ours, theirs = socket.socketpair()
        self.link = Link(ours)
        self.process = subprocess.Popen(        # pylint: disable=consider-using-with
            [os.path.join(LAB, "uml-run.sh"), "--native", "--no-build", "--timeout", "900",
             "--mem", str(RAM_BYTES), "--append", f"con1=fd:{theirs.fileno()}",
             os.path.join(HERE, "secrets_guest.py")],
            pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        theirs.close()

    def end(self):
        """It is over when its second console is no more listened to."""
        self.link.say("bye")
        try:
            return self.process.wait(60)
        finally:
            if self.process.returncode is None:
                os.kill(self.pid(), signal.SIGKILL)
            self.link.sock.close()

    @staticmethod
    def pid():
        name, = glob.glob(os.path.join(tempfile.gettempdir(), "jvpn-uml.*", "jvpn", "pid"))
        with open(name, encoding="ascii") as file:
            return int(file.read())


# --- The story ----------------------------------------------------------------

class Story:
    def __init__(self):
        self.tap = nl.Tap()
        self.spec = nl.Spec()
        self.private, self.psk = clamped(os.urandom(32)), os.urandom(32)
        self.secrets = Secrets()
        self.machine = Machine()
        self.link = self.machine.link
        self.node = peer.Node(clamped(os.urandom(32)), noise.public(self.private), self.psk)
        self.node.selector.register(self.link, selectors.EVENT_READ, self.node.readable)
        self.commands = peer.Commands(self.node, {0: (self.link, MODULE)},
                                      (INNER_HERE, INNER_MODULE))
        self.wait(lambda: ("ready",) in self.link.answers, "the machine does not come up", 120)
        self.link.answers.clear()
        self.memory = Memory(self.machine.pid())
        self.key = base64.b64encode(self.node.public).decode()

    # What is done.

    def wait(self, until, what, seconds=PATIENCE_S):
        if not self.node.serve(until, seconds):
            raise Failed(f"{what}; dropped: {self.node.invalid[-3:]}")

    def ask(self, *words):
        self.link.say(*words)
        self.wait(lambda: self.link.answers, f"no answer to {words[0]}", 60)
        _, status, text = self.link.answers.pop()
        if status != b"0":
            raise Failed(f"{words[0]} {words[1]}: {text.decode()}")
        return text.decode()

    def run(self, command):
        return self.ask("run", command.encode())

    def set(self, command, nest, key, values):
        """A netlink request; `key` names the attribute that has the secret."""
        placeholder = os.urandom(32)
        name, secret = key
        request = self.spec.encode("jvpn", {"ifname": "jvpn0",
                                            nest: dict(values, **{name: placeholder})})
        self.ask("set", command.encode(), request, placeholder,
                 bytes(byte ^ MASK for byte in secret))

    def configure(self):
        self.run("ip link add jvpn0 type jvpn && ip link set jvpn0 up &&"
                 f"ip addr add {INNER_MODULE}/24 dev jvpn0")
        self.set("device-set", "device", ("private-key", self.private),
                 {"listen-port": MODULE[1]})
        self.set("peer-set", "peer", ("preshared-key", self.psk),
                 {"public-key": self.node.public,
                  "allowed-ip": [{"ipv4": INNER_HERE, "cidr": 32}]})
        self.secrets.label = "device"
        self.secrets.in_use("private key", self.private)
        self.secrets.hmac_key("NOTICE key", self.secrets.hkdf(b"", self.private,
                                                               b"jvpn notice", 32))
        self.secrets.label = "peer"
        self.secrets.in_use("PSK", self.psk)

    def connect_here(self, label, cipher):
        self.secrets.label = label
        self.node.ciphers = 1 << cipher
        self.commands.do_connect("0")
        self.commands.do_ping("2")

    def connect_there(self, label, cipher):
        self.secrets.label = label
        self.node.session, self.node.sessions = None, []
        self.node.ciphers = 1 << cipher
        self.run(f"jvpn-tool path add jvpn0 {self.key} remote {GUEST[0]}:{GUEST[1]} &&"
                 f"jvpn-tool set jvpn0 peer {self.key} connect")
        self.commands.do_accept()
        self.commands.do_ping("2")

    def rekey_there(self, label):
        self.secrets.label = label
        one = self.node.session
        one.control(one.active, wire.REKEY_WANTED)
        self.wait(lambda: one.rekeys, "no new keys")
        self.commands.do_ping("2")

    # What is found.

    def search(self, secrets, halves=2):
        """The sessions go on meanwhile."""
        return self.memory.search(secrets, lambda: self.node.serve(seconds=0.0005), halves)

    def belong_to(self, *labels):
        return {name: secret for name, secret in self.secrets.live.items()
                if name.split(":")[0] in labels}

    def check_present(self, *labels):
        wanted = self.belong_to(*labels)
        found = self.search(wanted)
        for label in labels:
            names = [name for name in wanted if name.startswith(label + ":")]
            missing = [name for name in names if name not in found]
            self.tap.line(names and not missing, f"{label}: in memory while in use",
                          f"not found: {missing}")

    def check_gone(self, what, secrets, halves=2):
        """What is freed goes after a grace period, by a worker."""
        end = time.monotonic() + PATIENCE_S
        while True:
            found = self.search(secrets, halves)
            if not found or time.monotonic() > end:
                break
            self.node.serve(seconds=0.3)
        self.tap.line(secrets and not found, f"{what}: not in memory",
                      "; ".join(f"{name} at {' '.join(where[:4])}"
                                for name, where in found.items()))

    def check_moments(self, what):
        """There are many: of these, one half is looked for."""
        self.check_gone(f"{what}: what is used once", self.secrets.moment, 1)

    def tell(self):
        self.configure()
        self.check_present("device", "peer")

        self.connect_here("session of theirs", keys.AES_256_GCM)
        self.check_present("session of theirs")
        self.secrets.label = "its new keys"
        self.commands.do_rekey()
        self.commands.do_ping("2")
        self.check_present("its new keys")
        self.check_moments("handshake and rekey answered")
        self.run(f"jvpn-tool session terminate jvpn0 {self.key}")
        self.check_gone("session of theirs, terminated",
                        self.belong_to("session of theirs", "its new keys"))

        self.connect_there("session of ours", keys.CHACHA20_POLY1305)
        self.check_present("session of ours")
        self.rekey_there("new keys of ours")
        self.check_present("new keys of ours")
        self.check_moments("handshake and rekey begun")
        self.check_present("device", "peer")
        self.run(f"jvpn-tool set jvpn0 peer {self.key} remove")
        self.check_gone("session of ours, with its peer removed",
                        self.belong_to("session of ours", "new keys of ours", "peer"))

        self.check_present("device")
        self.run("ip link del jvpn0")
        self.check_gone("device, removed", self.belong_to("device"))
        self.run("rmmod jvpn")
        self.check_gone("module, removed: all of that", self.secrets.live)


def clamped(private):
    """As Curve25519 uses it, which is how the module keeps it."""
    return bytes([private[0] & 248, *private[1:31], private[31] & 127 | 64])


def main():
    assert sha256_state(b"abc\x80".ljust(63, b"\0") + b"\x18") == \
        struct.pack("=8I", *struct.unpack(">8I", keys.hashlib.sha256(b"abc").digest()))
    story = Story()
    try:
        story.tell()
    except (Failed, peer.Failed) as failed:
        story.tap.line(False, "the story comes to its end", str(failed))
    status = story.machine.end()
    story.tap.line(status == 0, "the machine ends, and its kernel log is clean",
                   f"exit status {status}")
    return 1 if story.tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
