"""Writes networks of layers_models.py by Keras 2 and Keras 3, as make.py does those of models.py.

usage: layers_make.py FOLDER [NAME...]

Writes into FOLDER/keras2 and FOLDER/keras3.
"""

import os
import sys
import zlib
from pathlib import Path

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "CUDA_VISIBLE_DEVICES": ""}

import keras as keras3
import numpy as np
import tf_keras as keras2
from layers_models import MODELS

sys.path.append(str(Path(__file__).parents[1]))
from golden import generator, new_folder, write_cases


def make(keras, name):
    """A network with seeded weights, none of them what a layer starts with."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(zlib.crc32(name.encode()))
    network = MODELS[name](keras)
    random = generator(name)
    for weight in network.weights:
        if "float" not in str(weight.dtype):
            continue
        values = random.normal(0, 0.4, weight.shape)
        weight.assign(np.abs(values) + 0.5 if "variance" in weight.name else values)
    return network


def inputs_of(name, network):
    random = generator(name)

    def one(tensor):
        shape = (1, *tensor.shape[1:])
        if "int" in str(tensor.dtype):
            return random.integers(0, 5, shape).astype(np.int32)
        return random.normal(0, 1, shape).astype(np.float32)

    return [one(tensor) for tensor in network.inputs]


def write(keras, parent, name, suffix):
    network = make(keras, name)
    folder = new_folder(parent, f"{name}-{suffix}")
    file = f"model.{suffix}"
    network.save(folder / file)

    def run(inputs):
        outputs = network(inputs if len(inputs) > 1 else inputs[0], training=False)
        arrays = [np.asarray(output) for output in (outputs if isinstance(outputs, list | tuple) else [outputs])]
        return [array.astype(np.int32) if array.dtype == np.int64 else array for array in arrays]

    names = [tensor.name for tensor in network.inputs], [tensor.name for tensor in network.outputs]
    form, reference = "keras-h5" if suffix == "h5" else "keras", f"{keras.__name__} {keras.__version__}"
    write_cases(folder, file, form, reference, names, [inputs_of(name, network)], run)


def main(parent, *wanted):
    for name in wanted or MODELS:
        write(keras2, Path(parent) / "keras2", name, "h5")
        write(keras3, Path(parent) / "keras3", name, "keras")


main(*sys.argv[1:])
