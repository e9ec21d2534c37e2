"""Writes networks of models.py as ONNX by both exporters of torch.onnx, with the outputs of ONNX Runtime.

usage: make.py FOLDER
"""

import sys
import zlib
from pathlib import Path

import numpy as np
import onnx
import torch
from models import MODELS, OPEN_BATCH, WORDS

sys.path.append(str(Path(__file__).parents[1]))
from golden import generator, new_folder, uniform, write_onnx_cases

# Opsets of TorchScript's exporter, so that models differ in the forms that operators had in them.
OLD_OPSETS = {"residual": 9, "mobile": 11, "keyword": 12, "lstm": 14, "u-network": 11, "two-inputs": 13}


def make(name):
    """A network with seeded weights and batch statistics that are not the initial ones."""
    torch.manual_seed(zlib.crc32(name.encode()))
    network = MODELS[name][0]().eval()
    for part in network.modules():
        if isinstance(part, torch.nn.modules.batchnorm._BatchNorm):
            part.running_mean.normal_(0, 0.3)
            part.running_var.uniform_(0.5, 1.5)
            torch.nn.init.uniform_(part.weight, 0.5, 1.5)
            torch.nn.init.normal_(part.bias, 0, 0.3)
    return network


def cases_of(name):
    shapes = MODELS[name][1]
    if name in WORDS:
        random = generator(name)
        return [[random.integers(0, WORDS[name], shape) for shape in shapes]]
    return uniform(name, *shapes)


def without_metadata(path):
    """Leaves out what the exporter tells of the source of each node: text that names folders of this machine."""
    model = onnx.load(path, load_external_data=False)
    for node in model.graph.node:
        del node.metadata_props[:]
    for value in [*model.graph.value_info, *model.graph.input, *model.graph.output, *model.graph.initializer]:
        del value.metadata_props[:]
    del model.graph.metadata_props[:]
    onnx.save(model, path)


def export(folder, name, dynamo):
    network, examples = make(name), tuple(torch.from_numpy(tensor) for tensor in cases_of(name)[0])
    names = [f"input{index}" for index in range(len(examples))]
    options = {"input_names": names, "dynamo": dynamo}
    if dynamo:
        options["external_data"] = name == "normalizations"
        options["optimize"] = name != "super-resolution"
        if name in OPEN_BATCH:
            options["dynamic_shapes"] = tuple({0: torch.export.Dim.DYNAMIC} for _ in names)
            examples = tuple(example.repeat(2, *[1] * (example.dim() - 1)) for example in examples)
    else:
        options["opset_version"] = OLD_OPSETS.get(name, 17)
        options["keep_initializers_as_inputs"] = name == "mobile"
        if name == "residual":
            # Keeps batch normalizations, which are otherwise folded into the convolutions before them.
            options["training"] = torch.onnx.TrainingMode.PRESERVE
        if name in OPEN_BATCH:
            options["dynamic_axes"] = {given: {0: "batch"} for given in names}
    torch.onnx.export(network, examples, folder / "model.onnx", **options)
    without_metadata(folder / "model.onnx")


def main(parent):
    torch.backends.mha.set_fastpath_enabled(False)
    for name in MODELS:
        for dynamo in (False, True):
            folder = new_folder(parent, f"{name}-{'dynamo' if dynamo else 'script'}")
            export(folder, name, dynamo)
            write_onnx_cases(folder, "model.onnx", cases_of(name), producer=f"torch.onnx {torch.__version__}")


main(sys.argv[1])
