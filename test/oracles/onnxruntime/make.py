"""Quantizes networks of PyTorch (../pytorch, its goldens) by ONNX Runtime's quantizer, with the outputs of ONNX Runtime.

usage: make.py FOLDER PYTORCH   (PYTORCH: the folder that pytorch/make.py wrote)
"""

import gzip
import sys
import tempfile
from pathlib import Path

import onnx
from onnxruntime import InferenceSession
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

sys.path.append(str(Path(__file__).resolve().parents[1]))
from golden import generator, new_folder, uniform, write_onnx_cases

SIGNED, UNSIGNED = QuantType.QInt8, QuantType.QUInt8
FORMATS = {"qdq": QuantFormat.QDQ, "qoperator": QuantFormat.QOperator}

# Networks, and how each is quantized: format, types of activations and weights, whether weights are per channel.
STATIC = {
    "residual-dynamo": [
        ("qdq", SIGNED, SIGNED, True),
        ("qdq", UNSIGNED, SIGNED, False),
        ("qdq", UNSIGNED, UNSIGNED, False),
        ("qoperator", UNSIGNED, UNSIGNED, False),
        ("qoperator", UNSIGNED, SIGNED, True),
        ("qoperator", SIGNED, SIGNED, False),
    ],
    "mobile-dynamo": [("qdq", SIGNED, SIGNED, True), ("qoperator", UNSIGNED, SIGNED, True)],
    "keyword-dynamo": [("qdq", SIGNED, SIGNED, True), ("qoperator", UNSIGNED, UNSIGNED, False)],
    "two-inputs-script": [("qdq", UNSIGNED, SIGNED, True), ("qoperator", UNSIGNED, SIGNED, False)],
    "u-network-dynamo": [("qdq", SIGNED, SIGNED, False), ("qoperator", UNSIGNED, UNSIGNED, False)],
}
DYNAMIC = {"two-inputs-script": UNSIGNED, "causal-script": SIGNED, "keyword-dynamo": UNSIGNED}


class Samples(CalibrationDataReader):
    def __init__(self, names, cases):
        self.samples = iter([dict(zip(names, inputs, strict=True)) for inputs in cases])

    def get_next(self):
        return next(self.samples, None)


def ends_of(path):
    session = InferenceSession(path, providers=["CPUExecutionProvider"])
    return [entry.name for entry in session.get_inputs()], [
        [size if isinstance(size, int) else 1 for size in entry.shape] for entry in session.get_inputs()
    ]


def steps_of(path):
    """The step of each output that comes from integers; None where it does not."""
    graph = onnx.load(path).graph
    constants = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    made_by = {name: node for node in graph.node for name in node.output}
    nodes = [made_by[output.name] for output in graph.output]
    return [float(constants[node.input[1]]) if node.op_type == "DequantizeLinear" else None for node in nodes]


def write(parent, name, source, quantize):
    """quantize: what writes the file, from the names and shapes of the inputs, the source and the target."""
    folder = new_folder(parent, name)
    target = folder / "model.onnx"
    names, shapes = ends_of(source)
    quantize(source, target, names, shapes)
    cases = uniform(name, *shapes, cases=2)
    write_onnx_cases(folder, target.name, cases, producer="onnxruntime.quantization", steps=steps_of(target))


def static(form, activations, weights, per_channel):
    def quantize(source, target, names, shapes):
        options = {"activation_type": activations, "weight_type": weights, "per_channel": per_channel}
        samples = Samples(names, uniform(f"calibration {source.stem}", *shapes, cases=16))
        quantize_static(source, target, samples, quant_format=FORMATS[form], **options)

    return quantize


def dynamic(weights):
    return lambda source, target, *_: quantize_dynamic(source, target, weight_type=weights)


def main(parent, networks):
    short = {SIGNED: "i8", UNSIGNED: "u8"}
    with tempfile.TemporaryDirectory() as temporary:
        for name in STATIC | DYNAMIC:
            original, source = Path(temporary) / f"original-{name}.onnx", Path(temporary) / f"{name}.onnx"
            original.write_bytes(gzip.decompress((Path(networks) / name / "model.onnx.gz").read_bytes()))
            quant_pre_process(original, source, skip_symbolic_shape=True)
            for form, activations, weights, per_channel in STATIC.get(name, []):
                kind = f"{short[activations]}{short[weights]}{'-channels' if per_channel else ''}"
                quantize = static(form, activations, weights, per_channel)
                write(parent, f"{name.split('-')[0]}-{form}-{kind}", source, quantize)
            if name in DYNAMIC:
                write(parent, f"{name.split('-')[0]}-dynamic-{short[DYNAMIC[name]]}", source, dynamic(DYNAMIC[name]))


main(*sys.argv[1:])
