# SPDX-License-Identifier: GPL-2.0
"""noise.py: Noise_IKpsk2_25519_ChaChaPoly_SHA256 (Noise revision 34), both ends.

A handshake is two messages: `Initiator.write` / `Responder.read` for the first,
`Responder.write` / `Initiator.read` for the second. Afterwards `chaining_key`
and `hash` are the final ones.
"""

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey, X25519PublicKey)
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NAME = b"Noise_IKpsk2_25519_ChaChaPoly_SHA256"
KEY, TAG = 32, 16


class Invalid(Exception):
    """A message that does not authenticate."""


def public(private):
    key = X25519PrivateKey.from_private_bytes(private).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def dh(private, other):
    try:
        return X25519PrivateKey.from_private_bytes(private).exchange(
            X25519PublicKey.from_public_bytes(other))
    except ValueError as error:         # a point of low order
        raise Invalid("Diffie-Hellman") from error


def hkdf(chaining_key, material, count):
    """Noise's HKDF: `count` outputs of 32 bytes."""
    secret = hmac.digest(chaining_key, material, "sha256")
    outputs, last = [], b""
    for n in range(1, count + 1):
        last = hmac.digest(secret, last + bytes([n]), "sha256")
        outputs.append(last)
    return outputs


class Symmetric:
    """SymmetricState. Each key is used once, so its nonce is always 0."""

    def __init__(self, prologue, responder_public):
        # The protocol's name is longer than a hash, and so is hashed.
        self.hash = self.chaining_key = hashlib.sha256(NAME).digest()
        self.key = None
        self.mix_hash(prologue)
        self.mix_hash(responder_public)

    def mix_hash(self, data):
        self.hash = hashlib.sha256(self.hash + data).digest()

    def mix_key(self, material):
        self.chaining_key, self.key = hkdf(self.chaining_key, material, 2)

    def mix_key_and_hash(self, material):
        self.chaining_key, middle, self.key = hkdf(self.chaining_key, material, 3)
        self.mix_hash(middle)

    def mix_ephemeral(self, key):
        """With a PSK in the pattern, ephemeral keys are mixed as keys too."""
        self.mix_hash(key)
        self.mix_key(key)

    def seal(self, plain):
        sealed = ChaCha20Poly1305(self.key).encrypt(bytes(12), plain, self.hash)
        self.mix_hash(sealed)
        return sealed

    def open(self, sealed):
        try:
            plain = ChaCha20Poly1305(self.key).decrypt(bytes(12), sealed, self.hash)
        except InvalidTag as error:
            raise Invalid("tag") from error
        self.mix_hash(sealed)
        return plain

    def copy(self):
        other = object.__new__(Symmetric)
        other.__dict__.update(self.__dict__)
        return other


class Initiator:
    def __init__(self, prologue, static, responder_public, ephemeral):
        self.symmetric = Symmetric(prologue, responder_public)
        self.static, self.ephemeral = static, ephemeral
        self.responder_public = responder_public

    def write(self, payload):
        """-> e, es, s, ss"""
        s = self.symmetric
        e = public(self.ephemeral)
        s.mix_ephemeral(e)
        s.mix_key(dh(self.ephemeral, self.responder_public))
        sealed_static = s.seal(public(self.static))
        s.mix_key(dh(self.static, self.responder_public))
        return e + sealed_static + s.seal(payload)

    def read(self, message, psk):
        """<- e, ee, se, psk. The payload and the final state; this object stays as
        it is, so that another PSK can be tried."""
        s = self.symmetric.copy()
        e = message[:KEY]
        s.mix_ephemeral(e)
        s.mix_key(dh(self.ephemeral, e))
        s.mix_key(dh(self.static, e))
        s.mix_key_and_hash(psk)
        return s.open(message[KEY:]), s


class Responder:
    def __init__(self, prologue, static):
        self.symmetric = Symmetric(prologue, public(static))
        self.static = static
        self.initiator_public = self.initiator_ephemeral = None

    def read(self, message):
        s = self.symmetric
        e = self.initiator_ephemeral = message[:KEY]
        s.mix_ephemeral(e)
        s.mix_key(dh(self.static, e))
        self.initiator_public = s.open(message[KEY:2 * KEY + TAG])
        s.mix_key(dh(self.static, self.initiator_public))
        return s.open(message[2 * KEY + TAG:])

    def write(self, make_payload, psk, ephemeral):
        """`make_payload` is given the final chaining key, for the payload names what
        is derived from it. Returns the message and the final state."""
        s = self.symmetric
        e = public(ephemeral)
        s.mix_ephemeral(e)
        s.mix_key(dh(ephemeral, self.initiator_ephemeral))
        s.mix_key(dh(ephemeral, self.initiator_public))
        s.mix_key_and_hash(psk)
        return e + s.seal(make_payload(s.chaining_key)), s
