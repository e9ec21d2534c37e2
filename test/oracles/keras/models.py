"""Small networks in the ways that Keras users write them.

Each function takes the package, `tf_keras` (Keras 2) or `keras` (Keras 3), and gives a model, or None where that Keras has
no such model.
"""

import numpy as np

MODELS = {}


def model(make):
    MODELS[make.__name__.replace("_", "-")] = make
    return make


def is_keras2(keras):
    return keras.__version__.startswith("2.")


@model
def sequential(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((12, 12, 3)),
            layers.Conv2D(6, 3, strides=2, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(max_value=6),
            layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(5, activation="softmax"),
        ]
    )


@model
def functional(keras):
    layers = keras.layers
    start = layers.Input((10, 10, 4), name="picture")
    left = layers.Conv2D(4, 3, padding="same", activation="relu", dilation_rate=2)(start)
    right = layers.SeparableConv2D(4, 3, padding="same", activation="swish")(start)
    joined = layers.Add()([left, right, start])
    pooled = layers.AveragePooling2D(3, strides=2, padding="same")(joined)
    padded = layers.ZeroPadding2D(((1, 0), (0, 1)))(pooled)
    up = layers.UpSampling2D(2, interpolation="bilinear")(padded)
    up = layers.Cropping2D(((1, 1), (2, 0)))(up)
    back = layers.Conv2DTranspose(4, 3, strides=1, padding="valid")(layers.MaxPooling2D((1, 1))(pooled))
    small = layers.Concatenate()([layers.GlobalMaxPooling2D()(up), layers.GlobalAveragePooling2D()(back)])
    merged = [
        layers.Multiply()([layers.GlobalMaxPooling2D()(left), layers.GlobalMaxPooling2D()(right)]),
        layers.Subtract()([layers.GlobalMaxPooling2D()(left), layers.GlobalAveragePooling2D()(right)]),
        layers.Maximum()([layers.GlobalMaxPooling2D()(joined), layers.GlobalAveragePooling2D()(left)]),
        layers.Minimum()([layers.GlobalMaxPooling2D()(joined), layers.GlobalAveragePooling2D()(left)]),
        layers.Average()([layers.GlobalMaxPooling2D()(joined), layers.GlobalAveragePooling2D()(left)]),
    ]
    dot = layers.Dot(axes=1, normalize=True)([merged[0], merged[4]])
    return keras.Model(start, layers.Concatenate(name="all")([small, *merged, dot]))


@model
def nested(keras):
    layers = keras.layers
    features = keras.Sequential(
        [layers.Input((8, 8, 2)), layers.Conv2D(4, 3, activation="relu"), layers.BatchNormalization()], name="features"
    )
    start = layers.Input((4,))
    bottleneck = keras.Model(start, layers.Add()([start, layers.Dense(4, activation="tanh")(start)]), name="bottleneck")
    picture = layers.Input((8, 8, 2))
    numbers = layers.GlobalAveragePooling2D()(features(picture))
    head = keras.Sequential([layers.Input((4,)), layers.Dense(4, activation="relu"), layers.Dense(3)], name="head")
    return keras.Model(picture, head(bottleneck(bottleneck(numbers))))


@model
def shared(keras):
    layers = keras.layers
    tower = keras.Sequential([layers.Input((6, 6, 1)), layers.Conv2D(3, 3), layers.Flatten(), layers.Dense(4)])
    norm = layers.BatchNormalization()
    first, second = layers.Input((6, 6, 1), name="first"), layers.Input((6, 6, 1), name="second")
    left, right = norm(tower(first)), norm(tower(second))
    difference = layers.Subtract()([left, right])
    return keras.Model([first, second], layers.Dense(1, activation="sigmoid")(layers.Multiply()([difference, difference])))


@model
def two_inputs(keras):
    layers = keras.layers
    picture, numbers = layers.Input((8, 8, 1), name="picture"), layers.Input((5,), name="numbers")
    left = layers.Flatten()(layers.Conv2D(2, 3, strides=2, activation="relu")(picture))
    right = layers.Dense(6, activation="elu")(numbers)
    joined = layers.Concatenate()([left, right])
    outputs = {"classes": layers.Dense(3, activation="softmax", name="classes")(joined)}
    outputs["value"] = layers.Dense(1, name="value")(joined)
    return keras.Model([picture, numbers], [outputs["value"], outputs["classes"]])


@model
def lstm(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((6, 5)),
            layers.Bidirectional(layers.LSTM(4, return_sequences=True)),
            layers.LSTM(6, return_sequences=True, go_backwards=True, unit_forget_bias=False),
            layers.LSTM(4, activation="relu", recurrent_activation="hard_sigmoid"),
            layers.Dense(2),
        ]
    )


@model
def gru(keras):
    layers = keras.layers
    start = layers.Input((6, 5))
    sequence, state = layers.GRU(4, return_sequences=True, return_state=True)(start)
    sequence = layers.Bidirectional(layers.GRU(3, reset_after=False, return_sequences=True), merge_mode="sum")(sequence)
    last = layers.GRU(4)(sequence, initial_state=state)
    return keras.Model(start, [layers.Dense(2)(last), layers.TimeDistributed(layers.Dense(2, activation="tanh"))(sequence)])


@model
def cells(keras):
    layers = keras.layers
    stacked = [layers.LSTMCell(4), layers.SimpleRNNCell(3)]
    return keras.Sequential(
        [
            layers.Input((5, 4)),
            layers.SimpleRNN(4, return_sequences=True),
            layers.RNN(stacked, return_sequences=True),
            layers.GlobalMaxPooling1D(),
        ]
    )


@model
def attention(keras):
    layers = keras.layers
    words = layers.Input((8,), dtype="int32", name="words")
    x = layers.Embedding(20, 8)(words)
    mixed = layers.MultiHeadAttention(2, 4, dropout=0.1)(x, x)
    x = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([x, mixed]))
    wide = layers.Dense(8)(layers.Dense(16, activation="gelu")(x))
    x = layers.LayerNormalization()(x + wide)
    x = layers.Attention(use_scale=True)([x, x])
    x = layers.AdditiveAttention()([x, wide])
    return keras.Model(words, layers.Dense(3)(layers.GlobalAveragePooling1D()(x)))


@model
def preprocessing(keras):
    layers = keras.layers
    normalization = layers.Normalization()
    normalization.adapt(np.random.default_rng(1).normal([100, 120, 140], [20, 30, 40], (50, 12, 14, 3)))
    return keras.Sequential(
        [
            layers.Input((12, 14, 3)),
            normalization,
            layers.RandomFlip(),
            layers.CenterCrop(10, 12),
            layers.Resizing(8, 6),
            layers.Rescaling(0.5, offset=[0.1, 0.2, 0.3]),
            layers.Conv2D(4, 3, activation="relu"),
            layers.GaussianNoise(0.1),
            layers.Flatten(),
            layers.Dense(3),
        ]
    )


@model
def channels_first(keras, data_format="channels_first"):
    """Keras does not run these on the CPU: make.py has `channels_last` with the same weights give the outputs."""
    layers = keras.layers
    order = {"data_format": data_format}
    is_first = data_format == "channels_first"
    return keras.Sequential(
        [
            layers.Input((3, 10, 10) if is_first else (10, 10, 3)),
            layers.Conv2D(4, 3, padding="same", activation="relu", **order),
            layers.BatchNormalization(axis=1 if is_first else 3),
            layers.MaxPooling2D(2, **order),
            layers.DepthwiseConv2D(3, **order),
            layers.Flatten(**order),
            layers.Dense(3),
        ]
    )


@model
def time(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((20, 4)),
            layers.Conv1D(6, 3, padding="causal", dilation_rate=2, activation="relu"),
            layers.SeparableConv1D(6, 3),
            layers.MaxPooling1D(2),
            layers.ZeroPadding1D((1, 2)),
            layers.Conv1DTranspose(4, 3, strides=2, padding="same"),
            layers.Cropping1D((1, 1)),
            layers.UpSampling1D(2),
            layers.AveragePooling1D(3, padding="same"),
            layers.Permute((2, 1)),
            layers.Reshape((2, -1)),
            layers.Dense(4),
            layers.GlobalAveragePooling1D(),
            layers.RepeatVector(3),
        ]
    )


@model
def activations(keras):
    layers = keras.layers
    names = "selu softplus softsign tanh sigmoid hard_sigmoid exponential linear gelu elu relu"
    names += "" if is_keras2(keras) else " silu mish hard_silu log_softmax celu glu squareplus tanh_shrink"
    start = layers.Input((6,))
    x = layers.Dense(4)(start)
    parts = [layers.Activation(name)(x) for name in names.split()]
    last = [layers.PReLU(), layers.ELU(0.5), layers.LeakyReLU(0.2), layers.Softmax(), layers.ReLU(2.0, 0.1, 0.5)]
    if is_keras2(keras):
        last.append(layers.ThresholdedReLU(0.3))
    return keras.Model(start, layers.Concatenate()([*parts, *[layer(x) for layer in last]]))


@model
def normalizations(keras):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((6, 6, 4)),
            layers.GroupNormalization(2),
            layers.BatchNormalization(axis=2, scale=False),
            layers.LayerNormalization(axis=[1, 2, 3]),
            layers.LayerNormalization(center=False),
            layers.UnitNormalization(),
            layers.GlobalAveragePooling2D(keepdims=True),
        ]
    )


@model
def operators(keras):
    """Python's operators and functions on tensors, which Keras writes down as layers."""
    layers = keras.layers
    x, y = layers.Input((4, 6), name="x"), layers.Input((4, 6), name="y")
    if is_keras2(keras):
        import tensorflow as tf

        z = tf.nn.relu(x * 2.0 - y) + tf.reduce_mean(x, axis=1, keepdims=True) / 3.0
        z = tf.concat([z[:, 1:, ::2], tf.transpose(tf.reshape(y, [-1, 6, 4]), [0, 2, 1])[:, :3, :3]], axis=-1)
        z = tf.math.sqrt(tf.abs(z) + 1.0) ** 2.0 - tf.exp(-z)
        return keras.Model([x, y], [tf.matmul(z, z, transpose_b=True), tf.where(z > 0.0, z, 0.0)])
    ops = keras.ops
    z = ops.relu(x * 2.0 - y) + ops.mean(x, axis=1, keepdims=True) / 3.0
    z = ops.concatenate([z[:, 1:, ::2], ops.transpose(ops.reshape(y, (-1, 6, 4)), (0, 2, 1))[:, :3, :3]], axis=-1)
    z = ops.sqrt(ops.abs(z) + 1.0) ** 2.0 - ops.exp(-z)
    return keras.Model([x, y], [ops.matmul(z, ops.transpose(z, (0, 2, 1))), ops.where(z > 0.0, z, 0.0)])
