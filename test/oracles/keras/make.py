"""Writes networks of models.py by Keras 2 and Keras 3, as .h5 and as .keras, with the outputs that Keras gives.

usage: make.py FOLDER

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
from models import MODELS

sys.path.append(str(Path(__file__).parents[1]))
from golden import generator, new_folder, uniform, write_cases, write_meta

# Written in the older form by Keras 3, in the newer one by Keras 2: the other one each.
BOTH_FORMS = {"sequential", "functional", "nested", "shared", "lstm", "preprocessing"}


def make(keras, name):
    """A network with seeded weights and batch statistics that are not the initial ones."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(zlib.crc32(name.encode()))
    network = MODELS[name](keras)
    random = generator(name)
    for weight in network.weights:
        kind = weight.name.split("/")[-1].split(":")[0]
        if kind in ("gamma", "moving_variance"):
            weight.assign(random.uniform(0.5, 1.5, weight.shape))
        elif kind in ("beta", "moving_mean", "bias", "alpha"):
            weight.assign(random.normal(0, 0.3, weight.shape))
    return network


def cases_of(name, network):
    if name == "attention":
        return [[generator(name).integers(0, 20, (1, 8)).astype(np.int32)]]
    shapes = [(1, *tensor.shape[1:]) for tensor in network.inputs]
    return uniform(name, *shapes, low=0, high=255) if name == "preprocessing" else uniform(name, *shapes)


def outputs_of(network, inputs):
    outputs = network(inputs if len(inputs) > 1 else inputs[0], training=False)
    return [np.asarray(output) for output in (outputs if isinstance(outputs, list | tuple) else [outputs])]


def runner_of(keras, name, network):
    """Inputs to outputs."""
    if name != "channels-first":
        return lambda inputs: outputs_of(network, inputs)
    last = MODELS[name](keras, "channels_last")
    last.set_weights(network.get_weights())
    return lambda inputs: outputs_of(last, [np.moveaxis(tensor, 1, -1) for tensor in inputs])


def write(keras, parent, name, suffix):
    network = make(keras, name)
    folder = new_folder(parent, f"{name}-{suffix}")
    file = f"model.{suffix}"
    network.save(folder / file)
    loaded = keras.models.load_model(folder / file, compile=False)
    for own, saved in zip(network.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(own, saved)
    names = [tensor.name for tensor in network.inputs], [tensor.name for tensor in network.outputs]
    form, reference = "keras-h5" if suffix == "h5" else "keras", f"{keras.__name__} {keras.__version__}"
    run = runner_of(keras, name, network)
    write_cases(folder, file, form, reference, names, cases_of(name, network), run)


def write_weights(keras, parent):
    """A file of weights alone, which is to be refused."""
    network = make(keras, "sequential")
    folder = new_folder(parent, "weights-only")
    network.save_weights(folder / "model.weights.h5", **({"save_format": "h5"} if keras is keras2 else {}))
    refused = "model-layerless"
    write_meta(folder, {"file": "model.weights.h5", "format": "keras-h5", "refused": refused})


def main(parent):
    for keras, number, own, other in ((keras2, 2, "h5", "keras"), (keras3, 3, "keras", "h5")):
        folder = Path(parent) / f"keras{number}"
        for name in MODELS:
            for suffix in [own, other] if name in BOTH_FORMS else [own]:
                write(keras, folder, name, suffix)
        write_weights(keras, folder)


main(sys.argv[1])
