"""Quantizes float models by TensorFlow's converter, and writes down what the .tflite files compute of held-out samples.

usage: make.py FOLDER

FOLDER/jobs.json: [{"id", "twin": TF.js layers or Keras .h5, "authors": a .tflite or absent}, ...]; FOLDER/<id>/calibration.bin
and held-out.bin: float32 samples one behind the other. Written into FOLDER/<id>: converter.tflite and, for float, converter
and authors, <name>-outputs.bin and, but for float, <name>-logits.bin: float32, dequantized, one row for each held-out sample.
"""

import json
import os
import sys
from pathlib import Path

os.environ |= {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_USE_LEGACY_KERAS": "1",
    "CUDA_VISIBLE_DEVICES": "",
}

import numpy as np
import tensorflow as tf
import tf_keras


def load_layers_model(path):
    """A model of TF.js layers, whose weights are all float32."""
    model = json.loads(path.read_text())
    network = tf_keras.models.model_from_json(json.dumps(model["modelTopology"]))
    groups = model["weightsManifest"]
    specs = [spec for group in groups for spec in group["weights"]]
    data = b"".join((path.parent / name).read_bytes() for group in groups for name in group["paths"])
    weights = {}
    offset = 0
    for spec in specs:
        count = int(np.prod(spec["shape"]))
        weights[spec["name"]] = np.frombuffer(data, "<f4", count, offset).reshape(spec["shape"])
        offset += 4 * count
    network.set_weights([weights[weight.name.removesuffix(":0")] for weight in network.weights])
    return network


def load(path):
    return load_layers_model(path) if path.suffix == ".json" else tf_keras.models.load_model(path, compile=False)


def samples_of(path, network):
    return np.fromfile(path, "<f4").reshape(-1, 1, *network.input_shape[1:])


def convert(network, calibration):
    """int8 throughout: inputs, outputs, activations, weights of each channel; all other settings are the converter's own."""
    converter = tf.lite.TFLiteConverter.from_keras_model(network)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([sample] for sample in calibration)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    return converter.convert()


def quantized(values, details):
    scale, zero_point = details["quantization"]
    limits = np.iinfo(details["dtype"])
    return np.clip(np.round(values / scale) + zero_point, limits.min, limits.max).astype(details["dtype"])


def run(model, samples):
    """Logits and outputs by TFLite's reference kernels."""
    interpreter = tf.lite.Interpreter(
        model_content=model,
        experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    tensors = {details["index"]: details for details in interpreter.get_tensor_details()}
    # The interpreter names no operators in public.
    softmax = [step for step in interpreter._get_ops_details() if step["op_name"] == "SOFTMAX"][-1]
    indices = [softmax["inputs"][0], softmax["outputs"][0]]
    entry = interpreter.get_input_details()[0]
    rows = ([], [])
    for sample in samples:
        interpreter.set_tensor(entry["index"], quantized(sample, entry))
        interpreter.invoke()
        for row, index in zip(rows, indices, strict=True):
            scale, zero_point = tensors[index]["quantization"]
            row.append((interpreter.get_tensor(index).astype(np.float32) - zero_point) * np.float32(scale))
    return rows


def make(folder, job):
    network = load(Path(job["twin"]))
    calibration, held_out = (samples_of(folder / f"{name}.bin", network) for name in ("calibration", "held-out"))
    network.predict(held_out[:, 0], verbose=0).astype("<f4").tofile(folder / "float-outputs.bin")
    (folder / "converter.tflite").write_bytes(convert(network, calibration))
    models = {"converter": folder / "converter.tflite"}
    if "authors" in job:
        models["authors"] = Path(job["authors"])
    for name, path in models.items():
        for kind, rows in zip(("logits", "outputs"), run(path.read_bytes(), held_out), strict=True):
            np.asarray(rows, "<f4").tofile(folder / f"{name}-{kind}.bin")


def main():
    folder = Path(sys.argv[1])
    for job in json.loads((folder / "jobs.json").read_text()):
        make(folder / job["id"], job)


if __name__ == "__main__":
    main()
