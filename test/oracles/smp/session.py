"""wasmote's own requests that change trusted firmware takes (docs/link.md, group 64), for smpclient."""

from enum import IntEnum

import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from smp import error, message
from smpclient import SMPClient
from smpclient.generics import success

GROUP = 64


class InferenceError(IntEnum):
    OK = 0
    UNKNOWN = 1
    NO_MODEL = 2
    BAD_REQUEST = 3
    BAD_MODEL = 4
    ABI = 5
    MEMORY = 6
    FLASH = 7
    HASH = 8
    TRAP = 9
    LIMIT = 10
    BUSY = 11
    UNTRUSTED = 12
    OLDER = 13
    LOCKED = 14
    SELF_TEST = 15


class ErrorV1(error.ErrorV1):
    _GROUP_ID = GROUP


class ErrorV2(error.ErrorV2[InferenceError]):
    _GROUP_ID = GROUP


class StatusAnswer(message.ReadResponse):
    model_config = {**message.ReadResponse.model_config, "extra": "ignore"}
    _GROUP_ID = GROUP
    _COMMAND_ID = 0
    model: str | None


class Status(message.ReadRequest):
    _GROUP_ID = GROUP
    _COMMAND_ID = 0
    _Response, _ErrorV1, _ErrorV2 = StatusAnswer, ErrorV1, ErrorV2


class ChallengeAnswer(message.WriteResponse):
    _GROUP_ID = GROUP
    _COMMAND_ID = 8
    device: bytes
    challenge: bytes


class Challenge(message.WriteRequest):
    _GROUP_ID = GROUP
    _COMMAND_ID = 8
    _Response, _ErrorV1, _ErrorV2 = ChallengeAnswer, ErrorV1, ErrorV2


class MessageAnswer(message.WriteResponse):
    _GROUP_ID = GROUP
    _COMMAND_ID = 9


class Message(message.WriteRequest):
    _GROUP_ID = GROUP
    _COMMAND_ID = 9
    _Response, _ErrorV1, _ErrorV2 = MessageAnswer, ErrorV1, ErrorV2
    message: bytes


def sign(payload: dict, key: Ed25519PrivateKey) -> bytes:
    """A COSE_Sign1 without its tag (RFC 9052, 4.2 and 4.4) as docs/security.md says."""
    encoded = cbor2.dumps(payload, canonical=True)
    header = cbor2.dumps({1: -8}, canonical=True)
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(public)
    signature = key.sign(cbor2.dumps(["Signature1", header, b"wasmote", encoded], canonical=True))
    return cbor2.dumps([header, {4: digest.finalize()[:12]}, encoded, signature], canonical=True)


async def open_session(client: SMPClient, pem: bytes) -> None:
    """Opens a session on a board that trusts the key, so that other requests may change it."""
    key = serialization.load_pem_private_key(pem, None)
    asked = await client.request(Challenge())
    assert success(asked), asked
    payload = {"do": "session", "device": asked.device, "challenge": asked.challenge}
    answer = await client.request(Message(message=sign(payload, key)))
    assert success(answer), answer
