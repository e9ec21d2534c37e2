"""Writes models as tensorflowjs_converter does, layers and graph models, with the outputs of TensorFlow.js in Node.

usage: make.py FOLDER TFJS   (TFJS: a folder with TensorFlow.js installed, see README.md)
"""

import json
import os
import subprocess
import sys
import tempfile
import zlib
from functools import partial
from pathlib import Path

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "CUDA_VISIBLE_DEVICES": ""}
os.environ |= {"TF_USE_LEGACY_KERAS": "1"}

import numpy as np
import tensorflow as tf
import tensorflowjs as tfjs
import tf_keras as keras
from tensorflowjs.converters import tf_saved_model_conversion_v2

here = Path(__file__).resolve().parent
sys.path += [str(here.parent), str(here.parent / "keras")]
from golden import new_folder, uniform, write_cases
from models import MODELS

GRAPHS = {}


def graph(make):
    GRAPHS[make.__name__.replace("_", "-")] = make
    return make


def numbers(name, *shape):
    random = np.random.default_rng(zlib.crc32(f"{name} {shape}".encode()))
    return tf.constant(random.normal(0, 0.4, shape).astype(np.float32))


@graph
def convolutions():
    """Convolutions that the converter fuses with what follows them; a batch that is left open."""
    filters, depthwise = numbers("filters", 3, 3, 3, 6), numbers("depthwise", 3, 3, 6, 1)
    mean, variance, dense = numbers("mean", 6), tf.abs(numbers("variance", 6)) + 0.5, numbers("dense", 6, 4)

    def run(picture):
        x = tf.nn.relu6(tf.nn.bias_add(tf.nn.conv2d(picture, filters, 2, "SAME"), numbers("bias", 6)))
        x = tf.nn.depthwise_conv2d(x, depthwise, [1, 1, 1, 1], "SAME")
        x = tf.nn.relu(tf.nn.batch_normalization(x, mean, variance, numbers("beta", 6), None, 1e-3))
        x = tf.nn.max_pool2d(tf.pad(x, [[0, 0], [1, 1], [1, 0], [0, 0]]), 2, 2, "VALID")
        x = tf.matmul(tf.reduce_mean(x, [1, 2]), dense) + numbers("last", 4)
        return {"classes": tf.nn.softmax(x), "best": tf.argmax(x, 1, output_type=tf.int32)}

    return run, [(None, 10, 10, 3)]


@graph
def shapes():
    """Shapes computed from the input's, strided slices, transpositions, resizing."""

    def run(picture):
        shape = tf.shape(picture)
        x = tf.image.resize(picture, [6, 10])
        x = tf.concat([x[:, ::2, 1:-1], x[:, 3:, :8, ::-1]], 3)
        x = tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [shape[0], -1, 8])
        left, right = tf.split(x, 2, axis=1)
        x = tf.stack([left * 2.0, tf.sqrt(tf.abs(right)) / 3.0], 1)
        return {"stacked": tf.gather(x, [2, 0], axis=2), "tiled": tf.tile(tf.expand_dims(left[:, 0], 1), [1, 2, 1])}

    return run, [(None, 5, 7, 2)]


@graph
def two_inputs():
    def run(left, right):
        x = tf.nn.elu(tf.matmul(left, numbers("left", 5, 6)) - tf.matmul(right, numbers("right", 3, 6)))
        x = tf.where(x > 0.1, tf.math.rsqrt(tf.square(x) + 1.0), tf.nn.leaky_relu(x, 0.3))
        return {"sum": tf.reduce_sum(x, 1, keepdims=True), "all": tf.clip_by_value(x + tf.tanh(x), -0.5, 0.5)}

    return run, [(None, 5), (None, 3)]


@graph
def constant_condition():
    """A condition that never changes: a variable of the saved model."""
    train = tf.Variable(False, trainable=False)

    def run(x):
        x = tf.matmul(x, numbers("weights", 4, 4))
        x = tf.cond(train, lambda: x * 0.0, lambda: tf.nn.relu(x) + 1.0)
        return {"y": x * 2.0}

    return run, [(1, 4)], train


@graph
def recurrent():
    """Keras' recurrent layer, which becomes a loop with lists of tensors."""
    network = keras_model("recurrent", lambda keras: [keras.layers.Input((5, 3)), keras.layers.LSTM(4)])
    return lambda x: {"y": network(x)}, [(1, 5, 3)], network


def branches(keras):
    """Merging layers; TensorFlow.js does not read the SeparableConv2D that Keras 2 writes."""
    layers = keras.layers
    start = layers.Input((9, 9, 4))
    left = layers.Conv2D(4, 3, padding="same", activation="relu", dilation_rate=2)(start)
    right = layers.DepthwiseConv2D(3, padding="same")(start)
    joined = layers.LeakyReLU(0.2)(layers.Add()([left, right, start]))
    pooled = layers.AveragePooling2D(3, strides=2, padding="same")(joined)
    up = layers.Cropping2D(((1, 0), (0, 1)))(layers.UpSampling2D(2)(layers.ZeroPadding2D(1)(pooled)))
    back = layers.PReLU()(layers.Conv2DTranspose(3, 3, strides=2)(pooled))
    parts = [layers.GlobalMaxPooling2D()(up), layers.GlobalAveragePooling2D()(back)]
    sides = [layers.GlobalMaxPooling2D()(left), layers.GlobalMaxPooling2D()(right)]
    parts += [layer()(sides) for layer in (layers.Multiply, layers.Maximum, layers.Minimum, layers.Average)]
    return keras.Model(start, [layers.Concatenate()(parts), layers.Dot(axes=1)(sides)])


def sequence(keras):
    """What TensorFlow.js has of layers over time; its GRU has no `reset_after`."""
    layers = keras.layers
    return [
        layers.Input((12,)),
        layers.Embedding(16, 4),
        layers.Conv1D(6, 3, padding="same", activation="relu"),
        layers.MaxPooling1D(2),
        layers.Bidirectional(layers.GRU(3, reset_after=False, return_sequences=True), merge_mode="ave"),
        layers.TimeDistributed(layers.Dense(4)),
        layers.SimpleRNN(4, go_backwards=True, return_sequences=True),
        layers.LayerNormalization(),
        layers.GlobalAveragePooling1D(),
    ]


def keras_model(name, make):
    keras.backend.clear_session()
    keras.utils.set_random_seed(zlib.crc32(name.encode()))
    made = make(keras)
    return keras.Sequential(made) if isinstance(made, list) else made


def outputs_of(folder, names, tensors, tfjs_folder):
    """Runs a converted model: TensorFlow.js' outputs, by name, of inputs by name."""
    given = [
        {"name": name, "dtype": "float32", "dims": tensor.shape, "values": tensor.ravel().tolist()}
        for name, tensor in zip(names, tensors, strict=True)
    ]
    command = ["node", here / "outputs.mjs", folder.resolve()]
    told = subprocess.run(command, cwd=tfjs_folder, input=json.dumps(given), stdout=subprocess.PIPE, check=True, text=True)
    return {
        output["name"]: np.array(output["values"], output["dtype"]).reshape(output["dims"])
        for output in json.loads(told.stdout)
    }


def write(parent, name, cases, save, tfjs_folder):
    folder = new_folder(parent, name)
    save(str(folder))
    model = json.loads((folder / "model.json").read_text())
    names = [f"input{index}" for index in range(len(cases[0]))]
    if model["format"] == "graph-model":
        names = [entry["name"] for entry in model["signature"]["inputs"].values()]

    def run(tensors):
        return list(outputs_of(folder, names, tensors, tfjs_folder).values())

    ends = names, list(outputs_of(folder, names, cases[0], tfjs_folder))
    form = "tfjs-graph" if model["format"] == "graph-model" else "tfjs-layers"
    producer = f"tensorflowjs {tfjs.__version__}"
    write_cases(folder, "model.json", form, "TensorFlow.js 4.22.0, cpu", ends, cases, run, producer=producer)


def save_graph(run, shapes, kept, folder, **options):
    """Saves a function of TensorFlow, and what it keeps, and converts that."""
    module = tf.Module()
    module.kept = kept
    signature = [tf.TensorSpec(shape, tf.float32, f"input{index}") for index, shape in enumerate(shapes)]
    module.run = tf.function(run, input_signature=signature)
    with tempfile.TemporaryDirectory() as saved:
        tf.saved_model.save(module, saved, signatures=module.run)
        tf_saved_model_conversion_v2.convert_tf_saved_model(saved, folder, **options)


# Options of models that are written a second time, by what the name then ends in.
LAYERS_OPTIONS = {
    "sequential": {"uint8": {"quantization_dtype_map": {"uint8": True}}},
    "branches": {"float16": {"quantization_dtype_map": {"float16": True}}},
    "lstm": {"uint16": {"quantization_dtype_map": {"uint16": True}}},
    "two-inputs": {"shards": {"weight_shard_size_bytes": 256}},
}
GRAPH_OPTIONS = {
    "convolutions": {"uint8": {"quantization_dtype_map": {"uint8": "*"}, "weight_shard_size_bytes": 200}}
}


def main(parent, tfjs_folder):
    made = {name: MODELS[name] for name in ("sequential", "two-inputs", "lstm")}
    for name, make in (made | {"branches": branches, "sequence": sequence}).items():
        network = keras_model(name, make)
        cases = uniform(name, *[(1, *tensor.shape[1:]) for tensor in network.inputs])
        if name == "sequence":
            cases = [[np.floor(np.abs(tensor) * 16) for tensor in inputs] for inputs in cases]
        for end, options in ({"": {}} | LAYERS_OPTIONS.get(name, {})).items():
            save = partial(tfjs.converters.save_keras_model, network, **options)
            write(parent, f"layers-{name}-{end}".rstrip("-"), cases, save, tfjs_folder)
    for name, make in GRAPHS.items():
        run, shapes, *kept = make()
        cases = uniform(name, *[(1, *shape[1:]) for shape in shapes])
        for end, options in ({"": {}} | GRAPH_OPTIONS.get(name, {})).items():
            save = partial(save_graph, run, shapes, kept, **options)
            write(parent, f"graph-{name}-{end}".rstrip("-"), cases, save, tfjs_folder)


main(*sys.argv[1:])
