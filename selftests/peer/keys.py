# SPDX-License-Identifier: GPL-2.0
"""keys.py: every key, MAC and token of docs/protocol.md but those of Noise."""

import hashlib
import hmac
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from noise import Invalid

AES_256_GCM, CHACHA20_POLY1305 = 1, 2
TO_RESPONDER, TO_INITIATOR = 1, 2
NO_PSK = bytes(32)


def mac(key, data, size=16):
    return hmac.digest(key, data, "sha256")[:size]


def hkdf(salt, material, info, size):
    """RFC 5869 with SHA-256; an empty salt is 32 zero bytes."""
    secret = hmac.digest(salt or bytes(32), material, "sha256")
    out = last = b""
    n = 0
    while len(out) < size:
        n += 1
        last = hmac.digest(secret, last + info + bytes([n]), "sha256")
        out += last
    return out[:size]


# What the final chaining key gives.

def split(chaining_key):
    """Secrets of the two directions: to the responder, to the initiator."""
    both = hkdf(chaining_key, b"", b"", 64)
    return both[:32], both[32:]


def session_id(chaining_key):
    return hkdf(chaining_key, b"", b"jvpn 1 session id", 16)


def session_root(chaining_key):
    return hkdf(chaining_key, b"", b"jvpn 1 session root", 32)


def rekey_psk(root, psk):
    return hkdf(root, psk, b"jvpn 1 rekey", 32)


# Traffic.

def traffic(secret, cipher, direction):
    """Key and IV of one direction."""
    both = hkdf(b"", secret, b"jvpn 1" + bytes([cipher, direction]), 44)
    return both[:32], both[32:]


class Traffic:
    """One direction of a pair of keys."""

    def __init__(self, secret, cipher, direction):
        self.key, self.iv = traffic(secret, cipher, direction)
        self.aead = (AESGCM if cipher == AES_256_GCM else ChaCha20Poly1305)(self.key)

    def nonce(self, counter):
        return bytes(a ^ b for a, b in
                     zip(self.iv, bytes(4) + struct.pack("<Q", counter)))

    def seal(self, header, counter, plain):
        return self.aead.encrypt(self.nonce(counter), plain, header)

    def open(self, header, counter, sealed):
        try:
            return self.aead.decrypt(self.nonce(counter), sealed, header)
        except InvalidTag as error:
            raise Invalid("tag") from error


# MACs and cookies of handshake messages.

def mac1_key(receiver_public):
    return hkdf(b"", receiver_public, b"jvpn 1 mac1", 32)


def cookie_key(sender_public):
    """Of a COOKIE_REPLY's sender."""
    return hkdf(b"", sender_public, b"jvpn 1 cookie", 32)


def hchacha20(key, nonce16):
    """From the library's key stream, which is this plus the initial state."""
    stream = Cipher(algorithms.ChaCha20(key, nonce16), None).encryptor().update(bytes(64))
    words = struct.unpack("<16I", stream)
    initial = struct.unpack("<4I", b"expand 32-byte k")
    tail = struct.unpack("<4I", nonce16)
    return struct.pack("<8I", *((w - i) & 0xffffffff for w, i in
                                zip(words[:4] + words[12:], initial + tail)))


def xchacha20(key, nonce24):
    """The AEAD and the nonce that stand for XChaCha20-Poly1305."""
    return ChaCha20Poly1305(hchacha20(key, nonce24[:16])), bytes(4) + nonce24[16:]


def seal_cookie(sender_public, nonce24, cookie, mac1):
    aead, nonce = xchacha20(cookie_key(sender_public), nonce24)
    return aead.encrypt(nonce, cookie, mac1)


def open_cookie(sender_public, nonce24, sealed, mac1):
    aead, nonce = xchacha20(cookie_key(sender_public), nonce24)
    try:
        return aead.decrypt(nonce, sealed, mac1)
    except InvalidTag as error:
        raise Invalid("cookie") from error


def add_macs(message, receiver_public, cookie=None):
    """`message` without its last 32 bytes; returns it whole."""
    message += mac(mac1_key(receiver_public), message)
    return message + (mac(cookie, message) if cookie else bytes(16))


# Lineage.

def lineage_key(root):
    return hkdf(b"", root, b"jvpn 1 lineage", 32)


def lineage_first(key, session):
    return mac(key, session)


def lineage_next(key, before, epoch, initiator, responder, reason, accept_time):
    """Endpoints as the 20 bytes that the REATTACH_ACK carries."""
    return mac(key, before + struct.pack("<I", epoch) + initiator + responder +
               struct.pack("<HQ", reason, accept_time))


# Tokens.

def notice_token(private, index):
    """The private key clamped, as Curve25519 uses it."""
    clamped = bytearray(private)
    clamped[0] &= 248
    clamped[31] = clamped[31] & 127 | 64
    return mac(hkdf(b"", bytes(clamped), b"jvpn notice", 32), struct.pack("<I", index))


def path_token(secret, session, endpoint, slot):
    return mac(secret, b"jvpn 1 path" + session + endpoint + struct.pack("<Q", slot))


def example(name):
    """32 bytes for examples and tests that nobody chose by hand."""
    return hashlib.sha256(b"jvpn example: " + name.encode()).digest()
