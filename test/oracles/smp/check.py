"""Has PyPI's smpclient, and smpmgr where it is given, update a board: upload, test, reset, confirm, revert, erase.

usage: check.py SOCKET FOLDER [SMPMGR]

SOCKET: the board's line. FOLDER: first.wasm, second.wasm, third.wasm, the board's models, of which none is on it; refused.wasm, which
it does not take; key.pem, the private key that it trusts, where it runs signed models only. SMPMGR: the program smpmgr.
Prints a line for each thing that was seen; ends with the first that is not as it should be.
"""

import asyncio
import logging
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from pathlib import Path

from line import Line
from session import Status, open_session
from smp.error import MGMT_ERR
from smp.image_management import ImageState
from smpclient import SMPClient
from smpclient.exceptions import SMPBadSequence, SMPUploadError
from smpclient.generics import error_v1, error_v2, success
from smpclient.requests.image_management import ImageErase, ImageStatesRead, ImageStatesWrite
from smpclient.requests.os_management import (
    EchoWrite,
    MCUMgrParametersRead,
    OSApplicationInfoRead,
    ResetWrite,
    TaskStatisticsRead,
)
from smpclient.transport.serial import Auto, BufferParams, FragmentationStrategy, SMPSerialTransport

TIMEOUT_S = 20.0
LARGE_PACKETS = ("--line-length", "672", "--line-buffers", "1")
logging.disable()

socket, folder, *rest = sys.argv[1:]
smpmgr = rest[0] if rest else None
files = {name: Path(folder, f"{name}.wasm") for name in ("first", "second", "third", "refused")}
models = {name: path.read_bytes() for name, path in files.items()}
key_file = Path(folder, "key.pem")
key = key_file.read_bytes() if key_file.exists() else None
line = Line(socket)


def expect(what: str, found: object, expected: object) -> None:
    """Ends the program where what was found is not what is expected."""
    assert found == expected, f"{what}: {found!r}; expected: {expected!r}"
    print(f"ok  {what}")


def hash_of(name: str) -> bytes:
    return sha256(models[name]).digest()


@asynccontextmanager
async def connection(strategy: FragmentationStrategy = Auto(), session: bool = True) -> AsyncIterator[SMPClient]:
    """A client at the port, with a session where the board takes one."""
    async with SMPClient(SMPSerialTransport(strategy), line.port, TIMEOUT_S) as client:
        if key and session:
            await open_session(client, key)
        yield client


def states(images: list[ImageState]) -> dict[str, str]:
    """What the list of images says, by model."""
    names = {hash_of(name): name for name in models}
    flags = ("active", "confirmed", "pending", "bootable", "permanent")
    return {names[image.hash]: " ".join(flag for flag in flags if getattr(image, flag)) for image in images}


async def listed(client: SMPClient) -> dict[str, str]:
    answer = await client.request(ImageStatesRead())
    assert success(answer), answer
    return states(answer.images)


async def choose(client: SMPClient, name: str | None, confirm: bool) -> dict[str, str]:
    answer = await client.request(ImageStatesWrite(hash=hash_of(name) if name else None, confirm=confirm))
    assert success(answer), answer
    return states(answer.images)


async def upload(client: SMPClient, name: str, until: int | None = None) -> list[int]:
    """The offsets that the board asked for; stops at the first of at least `until`."""
    offsets = []
    async for offset in client.upload(models[name], first_timeout_s=TIMEOUT_S, subsequent_timeout_s=TIMEOUT_S):
        offsets.append(offset)
        if until is not None and offset >= until:
            break
    return offsets


async def restart() -> None:
    """Resets the board, and waits until it answers."""
    async with connection(session=False) as client:
        answer = await client.request(ResetWrite())
        assert success(answer), answer
    await answering()


async def answering() -> None:
    """Waits for the board, which answers late, or loses what is sent to it, while it starts."""
    for _ in range(10):
        with suppress(TimeoutError, SMPBadSequence):
            async with SMPClient(SMPSerialTransport(), line.port, TIMEOUT_S / 5) as client:
                if success(await client.request(EchoWrite(d="begun"))):
                    return
    raise AssertionError("the board does not answer after a reset")


async def check_first_words() -> None:
    async with connection(session=False) as client:
        answer = await client.request(EchoWrite(d="wasmöte"))
        assert success(answer), answer
        expect("echo", answer.r, "wasmöte")
        parameters = await client.request(MCUMgrParametersRead())
        assert success(parameters), parameters
        expect("parameters: buffers", parameters.buf_count, 1)
        information = await client.request(OSApplicationInfoRead(format="a"))
        assert success(information), information
        expect("information", information.output.startswith("wasmote "), True)
        absent = await client.request(TaskStatisticsRead())
        assert error_v1(absent), absent
        expect("a command that there is not", absent.rc, MGMT_ERR.ENOTSUP)
        expect("no images", await listed(client), {})
        if key:
            locked = await client.request(ImageErase(slot=1))
            assert error_v2(locked), locked
            expect("locked without a session", (int(locked.err.group), int(locked.err.rc)), (64, 14))


async def check_uploads() -> None:
    async with connection() as client:
        expect("upload", (await upload(client, "first"))[-1], len(models["first"]))
        expect("it is listed", await listed(client), {"first": "bootable"})
        expect("test", await choose(client, "first", False), {"first": "pending bootable"})
    await restart()
    async with connection() as client:
        expect("it is on trial", await listed(client), {"first": "active bootable"})
        expect("confirm", await choose(client, None, True), {"first": "active confirmed bootable"})
        half = len(models["second"]) // 2
        reached = (await upload(client, "second", half))[-1]
        expect("an upload is interrupted", half <= reached < len(models["second"]), True)
    async with connection(BufferParams(128, 2)) as client:
        offsets = await upload(client, "second")
        expect("it goes on where it stopped", offsets[0], reached)
        expect("and ends", offsets[-1], len(models["second"]))
        expect("once more, nothing is sent", await upload(client, "second"), [len(models["second"])])
        try:
            await upload(client, "refused")
            raise AssertionError("it was taken")
        except SMPUploadError as refusal:
            answer = refusal.args[0]
            expect("what is no model is refused", (error_v2(answer), int(answer.err.group)), (True, 64))


async def check_interrupted_by_reset() -> None:
    half = len(models["third"]) // 2
    async with connection() as client:
        answer = await client.request(ImageErase())
        assert success(answer), answer
        expect("erase, without a number", await listed(client), {"first": "active confirmed bootable"})
        reached = (await upload(client, "third", half))[-1]
    await restart()
    async with connection(BufferParams(128, 2)) as client:
        offsets = await upload(client, "third")
        expect("an upload goes on after a reset", 0 < offsets[0] <= reached, True)
        expect("and ends", offsets[-1], len(models["third"]))
        found = await listed(client)
        expect("erase of its slot", (found["third"], success(await client.request(ImageErase(slot=1)))), ("bootable", True))


async def check_trials() -> None:
    async with connection() as client:
        await upload(client, "second")
        expected = {"first": "active confirmed bootable", "second": "pending bootable"}
        expect("test of the second", await choose(client, "second", False), expected)
    await restart()
    async with connection() as client:
        expected = {"first": "confirmed bootable", "second": "active bootable"}
        expect("it is on trial", await listed(client), expected)
        status = await client.request(Status())
        assert success(status), status
        expect("and runs", status.model, "second")
    await restart()
    async with connection() as client:
        expected = {"first": "active confirmed bootable", "second": ""}
        expect("a restart reverts", await listed(client), expected)
        await choose(client, "second", False)
    await restart()
    async with connection() as client:
        expected = {"first": "active confirmed bootable", "second": ""}
        expect("so does the hash of the first", await choose(client, "first", False), expected)
        await choose(client, "second", False)
    await restart()
    async with connection() as client:
        expected = {"first": "bootable", "second": "active confirmed bootable"}
        expect("confirm of the second", await choose(client, None, True), expected)
    await restart()
    async with connection() as client:
        expect("it stays", await listed(client), expected)
        expected = {"first": "active confirmed bootable", "second": "bootable"}
        expect("confirm by hash, at once", await choose(client, "first", True), expected)
        unknown = await client.request(ImageStatesWrite(hash=bytes(32), confirm=False))
        assert error_v2(unknown), unknown
        expect("an unknown hash", (int(unknown.err.group), int(unknown.err.rc)), (64, 2))


def manage(*words: str) -> str:
    """Runs smpmgr. By default it sends packets of 169 bytes, of which several make a signed head."""
    options = ["--port", line.port, "--timeout", str(TIMEOUT_S)]
    done = subprocess.run([smpmgr, *options, *words], capture_output=True, text=True, env={"COLUMNS": "500", "NO_COLOR": "1"})
    assert done.returncode == 0, f"smpmgr {' '.join(words)}: {done.stdout}{done.stderr}"
    return done.stdout


async def check_manager() -> None:
    """The same by smpmgr, a program. It knows no sessions, so that each is opened for it where one is taken."""

    async def allow() -> None:
        async with connection():
            pass

    async def expect_states(what: str, expected: dict[str, str]) -> None:
        async with connection(session=False) as client:
            expect(f"smpmgr: {what}", await listed(client), expected)

    await allow()
    manage("image", "erase", "1")
    await expect_states("erase", {"first": "active confirmed bootable"})
    manage("image", "upload", "--format", "any", str(files["third"]))
    await expect_states("upload", {"first": "active confirmed bootable", "third": "bootable"})
    shown = manage("image", "state-read")
    expect("smpmgr: state-read", all(hash_of(name).hex().upper() in shown for name in ("first", "third")), True)
    manage("image", "state-write", hash_of("third").hex())
    await expect_states("test", {"first": "active confirmed bootable", "third": "pending bootable"})
    manage("os", "reset")
    await answering()
    await expect_states("reset", {"first": "confirmed bootable", "third": "active bootable"})
    await allow()
    manage("image", "state-write", "--confirm")
    await expect_states("confirm", {"first": "bootable", "third": "active confirmed bootable"})
    manage("image", "state-write", hash_of("first").hex())
    manage("os", "reset")
    await answering()
    manage("os", "reset")
    await answering()
    await expect_states("a restart reverts", {"first": "", "third": "active confirmed bootable"})
    await allow()
    manage("image", "erase", "0")
    manage(*LARGE_PACKETS, "upgrade", "--format", "any", "--slot", "0", "--confirm", str(files["second"]))
    await answering()
    await expect_states("upgrade", {"second": "active confirmed bootable", "third": "bootable"})
    expect("smpmgr: echo", "hello" in manage("os", "echo", "hello"), True)


async def main() -> None:
    checks = [check_first_words, check_uploads, check_interrupted_by_reset, check_trials]
    for check in checks + ([check_manager] if smpmgr else []):
        begun = time.monotonic()
        await check()
        print(f"    {check.__name__}: {time.monotonic() - begun:.1f} s", flush=True)


try:
    asyncio.run(main())
finally:
    line.close()
