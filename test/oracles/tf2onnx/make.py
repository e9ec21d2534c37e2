"""Writes networks of Keras 2 (keras/models.py) as ONNX by tf2onnx, with the outputs of ONNX Runtime.

usage: make.py FOLDER
"""

import os
import sys
import zlib
from pathlib import Path

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "TF_USE_LEGACY_KERAS": "1"}

import numpy as np
import tensorflow as tf
import tf2onnx
import tf_keras as keras

here = Path(__file__).resolve().parent
sys.path += [str(here.parent), str(here.parent / "keras")]
from golden import new_folder, uniform, write_onnx_cases
from models import MODELS

# By opset, so that models differ in the forms that operators had in them.
OPSETS = {"sequential": 9, "functional": 11, "lstm": 12, "gru": 13, "cells": 14, "two-inputs": 10}


def write(parent, name):
    keras.backend.clear_session()
    keras.utils.set_random_seed(zlib.crc32(name.encode()))
    network = MODELS[name](keras)
    folder = new_folder(parent, name)
    shapes = [tensor.shape[1:] for tensor in network.inputs]
    cases = uniform(name, *[(1, *shape) for shape in shapes])
    # The first dimension is left open, as it is in most models of Keras.
    signature = [tf.TensorSpec([None, *shape], tf.float32, f"input{index}") for index, shape in enumerate(shapes)]
    run = tf.function(lambda *tensors: network(list(tensors) if len(tensors) > 1 else tensors[0], training=False))
    options = {"inputs_as_nchw": ["input0:0"]} if name == "sequential" else {}
    tf2onnx.convert.from_function(
        run, signature, opset=OPSETS.get(name, 17), output_path=str(folder / "model.onnx"), **options
    )
    if options:
        cases = [[np.moveaxis(tensor, -1, 1) for tensor in inputs] for inputs in cases]
    write_onnx_cases(folder, "model.onnx", cases, producer=f"tf2onnx {tf2onnx.__version__}")


def main(parent):
    for name in ("sequential", "functional", "two-inputs", "lstm", "gru", "cells", "time", "operators"):
        write(parent, name)


main(sys.argv[1])
