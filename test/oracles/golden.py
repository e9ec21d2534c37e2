"""Writes a model with inputs and the outputs that its own framework gives, as README.md describes.

What the scripts of all families share: names, seeds, the folder's form.
"""

import gzip
import json
import shutil
import zlib
from pathlib import Path

import numpy as np


def generator(name):
    """Random numbers that depend on a model's name alone."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def uniform(name, *shapes, low=-1.0, high=1.0, cases=1):
    """Cases of float32 inputs of these shapes, seeded by the model's name: one, or more."""
    random = generator(name)
    return [[random.uniform(low, high, shape).astype(np.float32) for shape in shapes] for _ in range(cases)]


def new_folder(parent, name):
    """An empty folder for a model; one that is there already is replaced."""
    folder = Path(parent) / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def write_json(path, value):
    """JSON in lines of what is small enough for one."""

    def text(value, indent):
        flat = json.dumps(value)
        if len(flat) + indent < 110 or not isinstance(value, dict | list) or not value:
            return flat
        inner, outer = "\n" + " " * (indent + 1), "\n" + " " * indent
        if isinstance(value, list):
            return "[" + inner + ("," + inner).join(text(item, indent + 1) for item in value) + outer + "]"
        items = (json.dumps(key) + ": " + text(item, indent + 1) for key, item in value.items())
        return "{" + inner + ("," + inner).join(items) + outer + "}"

    path.write_text(text(value, 0) + "\n")


def write_meta(folder, meta):
    """Writes meta.json, and every file of the model, which is all that lies there so far, as its gzip.

    HDF5 and ONNX hold much text and many holes, which would be most of what is committed.
    """
    for path in [path for path in folder.iterdir() if path.is_file()]:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        path.unlink()
    write_json(folder / "meta.json", meta)


def describe(names, tensors):
    return [
        {"name": name, "dtype": str(tensor.dtype), "dims": list(tensor.shape)}
        for name, tensor in zip(names, tensors, strict=True)
    ]


def write_cases(folder, file, form, reference, names, cases, run, **more):
    """Writes `case_<n>/input_<i>.bin` and `output_<i>.bin`, raw and little-endian, and what `write_meta` writes.

    names: names of the inputs and of the outputs; cases: a list of inputs for each; run: inputs to outputs.
    """
    described = {}
    for number, inputs in enumerate(cases):
        outputs = [np.asarray(output) for output in run(inputs)]
        described = {"inputs": describe(names[0], inputs), "outputs": describe(names[1], outputs)}
        case = folder / f"case_{number}"
        case.mkdir()
        for kind, tensors in (("input", inputs), ("output", outputs)):
            for index, tensor in enumerate(tensors):
                little = np.ascontiguousarray(tensor).astype(tensor.dtype.newbyteorder("<"))
                (case / f"{kind}_{index}.bin").write_bytes(little.tobytes())
    meta = {"file": file, "format": form, "reference": reference, **described}
    meta |= {"cases": [{"name": f"case_{number}"} for number in range(len(cases))], **more}
    write_meta(folder, meta)


def write_onnx_cases(folder, file, cases, **more):
    """Goldens of an ONNX file by ONNX Runtime on the CPU."""
    import onnxruntime

    session = onnxruntime.InferenceSession(folder / file, providers=["CPUExecutionProvider"])
    names = [entry.name for entry in session.get_inputs()], [entry.name for entry in session.get_outputs()]

    def run(inputs):
        return session.run(names[1], dict(zip(names[0], inputs, strict=True)))

    write_cases(folder, file, "onnx", f"onnxruntime {onnxruntime.__version__}", names, cases, run, **more)
