"""Writes a model with inputs and the outputs that its own framework gives, as README.md describes.

What the scripts of all families share: names, seeds, the folder's form.
"""

import json
import shutil
import zlib
from pathlib import Path

import numpy as np


def generator(name):
    """Random numbers that depend on a model's name alone."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def uniform(name, *shapes, low=-1.0, high=1.0, cases=2):
    """Cases of float32 inputs of these shapes, seeded by the model's name."""
    random = generator(name)
    return [[random.uniform(low, high, shape).astype(np.float32) for shape in shapes] for _ in range(cases)]


def new_folder(parent, name):
    """An empty folder for a model; one that is there already is replaced."""
    folder = Path(parent) / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def describe(names, tensors):
    return [
        {"name": name, "dtype": str(tensor.dtype), "dims": list(tensor.shape)}
        for name, tensor in zip(names, tensors, strict=True)
    ]


def write_cases(folder, file, form, reference, names, cases, run, **more):
    """Writes `case_<n>/input_<i>.bin` and `output_<i>.bin`, raw and little-endian, and meta.json.

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
    (folder / "meta.json").write_text(json.dumps(meta, indent=1) + "\n")


def write_onnx_cases(folder, file, cases, **more):
    """Goldens of an ONNX file by ONNX Runtime on the CPU."""
    import onnxruntime

    session = onnxruntime.InferenceSession(folder / file, providers=["CPUExecutionProvider"])
    names = [entry.name for entry in session.get_inputs()], [entry.name for entry in session.get_outputs()]

    def run(inputs):
        return session.run(names[1], dict(zip(names[0], inputs, strict=True)))

    write_cases(folder, file, "onnx", f"onnxruntime {onnxruntime.__version__}", names, cases, run, **more)
