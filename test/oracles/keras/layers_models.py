"""One network for each kind of layer: every layer of the kind in several configurations, each an output.

Each function takes the package, `tf_keras` (Keras 2) or `keras` (Keras 3), and gives a model. A layer that this Keras does
not have is left out.
"""

MODELS = {}


def model(make):
    MODELS[make.__name__.replace("_", "-")] = make
    return make


def is_keras2(keras):
    return keras.__version__.startswith("2.")


def branches(keras, shape, makers, dtype="float32"):
    """A model of one input and the outputs of many layers; a maker is a layer, or a function of tensors."""
    start = keras.layers.Input(shape, name="x", dtype=dtype)
    return keras.Model(start, [make(start) for make in makers if make is not None])


@model
def layers_convolutions(keras):
    layers = keras.layers
    both = [
        make
        for padding in ("valid", "same")
        for make in (
            layers.Conv2D(3, 3, strides=2, padding=padding, activation="relu"),
            layers.Conv2D(4, (2, 3), groups=2, padding=padding, use_bias=False),
            layers.Conv2D(2, 3, dilation_rate=2, padding=padding),
            layers.DepthwiseConv2D(3, depth_multiplier=2, padding=padding, activation="tanh"),
            layers.SeparableConv2D(3, 3, padding=padding, activation="relu6" if not is_keras2(keras) else "relu"),
            layers.Conv2DTranspose(2, 3, strides=2, padding=padding, activation="relu"),
            layers.Conv2DTranspose(2, 2, strides=3, padding=padding),
        )
    ]
    both += [
        layers.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=1),
        layers.DepthwiseConv2D(3, dilation_rate=2),
    ]
    return branches(keras, (8, 7, 4), both)


@model
def layers_sequences(keras):
    layers = keras.layers
    return branches(
        keras,
        (9, 4),
        [
            layers.Conv1D(3, 3, strides=2, padding="same", activation="tanh"),
            layers.Conv1D(4, 3, groups=2),
            layers.Conv1D(3, 2, dilation_rate=3, padding="causal"),
            lambda x: layers.ReLU()(layers.BatchNormalization()(layers.Conv1D(3, 2, use_bias=False)(x))),
            layers.DepthwiseConv1D(3, depth_multiplier=2, padding="same"),
            layers.SeparableConv1D(3, 3, depth_multiplier=2),
            layers.Conv1DTranspose(3, 4, strides=3, padding="same"),
            layers.Conv1DTranspose(3, 2, strides=3),
            layers.MaxPooling1D(3, strides=2, padding="same"),
            layers.AveragePooling1D(2),
            layers.GlobalAveragePooling1D(keepdims=True),
            layers.GlobalMaxPooling1D(keepdims=True),
            None if is_keras2(keras) else layers.AdaptiveAveragePooling1D(4),
            None if is_keras2(keras) else layers.AdaptiveMaxPooling1D(4),
            layers.ZeroPadding1D(2),
            layers.Cropping1D((1, 2)),
            layers.UpSampling1D(2),
            layers.TimeDistributed(layers.Dense(3, activation="relu")),
        ],
    )


@model
def layers_volumes(keras):
    layers = keras.layers
    return branches(
        keras,
        (4, 5, 6, 2),
        [
            layers.Conv3D(2, (2, 3, 2), strides=(1, 2, 1), padding="same", activation="relu"),
            layers.Conv3D(2, 2),
            layers.MaxPooling3D(2, padding="same"),
            layers.AveragePooling3D((2, 3, 2), strides=1, padding="same"),
            layers.GlobalAveragePooling3D(),
            layers.GlobalMaxPooling3D(keepdims=True),
            layers.ZeroPadding3D(((1, 0), (0, 1), (1, 1))),
            layers.Cropping3D(1),
            layers.UpSampling3D((1, 2, 1)),
        ],
    )


@model
def layers_pictures(keras):
    layers = keras.layers
    first = {"data_format": "channels_first"}
    return branches(
        keras,
        (6, 5, 3),
        [
            layers.MaxPooling2D(3, strides=2, padding="same"),
            layers.AveragePooling2D((2, 3), padding="same"),
            layers.GlobalAveragePooling2D(keepdims=True),
            layers.GlobalMaxPooling2D(keepdims=True),
            layers.GlobalAveragePooling2D(**first),
            layers.GlobalMaxPooling2D(**first),
            None if is_keras2(keras) else layers.AdaptiveAveragePooling2D((4, 2)),
            None if is_keras2(keras) else layers.AdaptiveMaxPooling2D((4, 2)),
            layers.ZeroPadding2D(((1, 2), (0, 1)), **first),
            layers.Cropping2D(((1, 2), (0, 1)), **first),
            layers.UpSampling2D(2, **first),
            layers.UpSampling2D((3, 2)),
            layers.UpSampling2D(2, interpolation="bilinear"),
            layers.Resizing(4, 7),
            layers.Resizing(9, 3, interpolation="nearest"),
            layers.CenterCrop(3, 4),
            layers.Flatten(**first),
            layers.Permute((3, 1, 2)),
            layers.Rescaling(1 / 127.5, offset=-1),
            layers.SpatialDropout2D(0.2),
        ],
    )


@model
def layers_dense(keras):
    layers = keras.layers
    return branches(
        keras,
        (4, 6),
        [
            layers.Dense(3, activation="softmax"),
            layers.EinsumDense("abc,cd->abd", output_shape=(None, 5), bias_axes="d"),
            layers.EinsumDense("abc,cde->abde", output_shape=(None, 2, 3), bias_axes="de", activation="relu"),
            layers.EinsumDense("...x,xy->...y", output_shape=3, bias_axes="y"),
            None if is_keras2(keras) else layers.EinsumDense("abc,bd->adc", output_shape=(5, 6)),
            None if is_keras2(keras) else layers.SpectralNormalization(layers.Dense(3)),
            layers.PReLU(shared_axes=[1]),
            layers.Softmax(axis=1),
            layers.LayerNormalization(axis=1),
            layers.GroupNormalization(3),
            layers.UnitNormalization(axis=[1, 2]),
            None if is_keras2(keras) else layers.RMSNormalization(),
            layers.Normalization(axis=None, mean=1.0, variance=4.0),
            layers.Normalization(mean=[1.0, 2, 3, 4, 5, 6], variance=[1.0, 4, 0.25, 1, 9, 2], invert=True),
            layers.Masking(0.5),
            layers.Discretization(bin_boundaries=[-0.5, 0.0, 0.4]),
        ],
    )


@model
def layers_integers(keras):
    layers = keras.layers
    vocabulary = {"vocabulary": [1, 3, 4]}
    return branches(
        keras,
        (4,),
        [
            layers.Embedding(7, 3),
            lambda x: layers.Dense(2)(layers.Flatten()(layers.Embedding(7, 3, mask_zero=True)(x))),
            lambda x: layers.GlobalAveragePooling1D()(layers.Embedding(7, 3, mask_zero=True)(x)),
            layers.CategoryEncoding(6, output_mode="multi_hot"),
            layers.CategoryEncoding(6, output_mode="count"),
            layers.IntegerLookup(**vocabulary),
            layers.IntegerLookup(**vocabulary, mask_token=0),
            layers.IntegerLookup(**vocabulary, output_mode="multi_hot"),
        ],
        dtype="int32",
    )


@model
def layers_attention(keras):
    layers = keras.layers
    query, value = layers.Input((4, 6), name="query"), layers.Input((5, 6), name="value")
    outputs = [
        layers.Attention(use_scale=True)([query, value]),
        layers.Attention(score_mode="concat", use_scale=True)([query, value, value]),
        layers.Attention()([query, value], use_causal_mask=True),
        *layers.Attention()([query, value], return_attention_scores=True),
        layers.AdditiveAttention()([query, value]),
        *layers.MultiHeadAttention(2, 3)(query, value, return_attention_scores=True),
        layers.MultiHeadAttention(2, 3, value_dim=5, use_bias=False, output_shape=7, dropout=0.1)(query, value, key=value),
        layers.MultiHeadAttention(2, 3)(query, query, use_causal_mask=True),
    ]
    wide = layers.Reshape((2, 2, 6))(query)
    outputs += [layers.MultiHeadAttention(2, 3, attention_axes=axes)(wide, wide) for axes in ((1, 2), (2,))]
    grouped = getattr(layers, "GroupQueryAttention", None)
    if grouped is not None:
        outputs.append(grouped(3, 4, 1)(query, value))
    return keras.Model([query, value], outputs)


@model
def layers_structure(keras):
    """Models in models, in wrappers, called more than once and with several inputs and outputs."""
    layers = keras.layers

    def block(name, units):
        start = layers.Input((4,))
        inner = layers.Dense(units, name="dense")(start)
        inner = layers.BatchNormalization(name="norm")(inner)
        return keras.Model(start, [inner, layers.Dense(2, activation="relu", name="side")(start)], name=name)

    tower = layers.Dense(4, name="tower")
    first, second = layers.Input((4,), name="first"), layers.Input((4,), name="second")
    one, two = block("one", 4), block("two", 4)
    a, left = one(tower(first))
    b, right = two(tower(second))
    c, again = one(layers.Add()([a, b]))
    steps = layers.Reshape((2, 4))(layers.Concatenate()([a, b]))
    each = keras.Sequential([layers.Input((4,)), layers.Dense(3, activation="tanh"), layers.Dense(2)], name="each")
    timed = layers.TimeDistributed(each)(steps)
    dots = [layers.Dot(axes=axes)([steps, timed]) for axes in (1, (1, 1))]
    return keras.Model([first, second], [c, layers.Concatenate()([left, right, again]), timed, *dots])


@model
def layers_functions(keras):
    """Functions on tensors, which Keras writes down as layers."""
    layers = keras.layers
    x, y = layers.Input((4, 6), name="x"), layers.Input((4, 6), name="y")
    if is_keras2(keras):
        import tensorflow as tf

        return keras.Model(
            [x, y],
            [
                tf.maximum(x, 0.5) + tf.minimum(y, x) - (1.0 - x) / 3.0,
                tf.nn.relu6(x) + tf.nn.gelu(y) + tf.nn.leaky_relu(x) + tf.nn.silu(y) + tf.nn.elu(x),
                tf.clip_by_value(x, -0.5, 0.7),
                tf.reduce_max(x, axis=[1, 2], keepdims=True),
                tf.math.reduce_variance(x, axis=1),
                tf.nn.l2_normalize(x, axis=-1),
                tf.nn.softmax(x, axis=1),
                tf.stack([x, y], axis=1)[:, 0, ::-1, tf.newaxis, -2:],
                *tf.split(x, [1, 3], axis=1),
                tf.tile(tf.expand_dims(tf.gather(x, [0, 2, 2], axis=1), 1), (1, 2, 1, 1)),
                tf.pad(x, [[0, 0], [1, 2], [0, 1]]),
                tf.cast(tf.one_hot(tf.argmax(x, axis=-1), 6), tf.float32),
            ],
        )
    ops = keras.ops
    return keras.Model(
        [x, y],
        [
            ops.maximum(x, 0.5) + ops.minimum(y, x) - (1.0 - x) / 3.0,
            ops.relu6(x) + ops.gelu(y) + ops.leaky_relu(x) + ops.silu(y) + ops.elu(x) + ops.hard_shrink(x),
            ops.clip(x, -0.5, 0.7),
            ops.max(x, axis=(1, 2), keepdims=True),
            ops.var(x, axis=1),
            ops.logsumexp(x, axis=-1),
            ops.normalize(x, axis=-1),
            ops.softmax(x, axis=1),
            ops.stack([x, y], axis=1)[:, 0, ::-1, None, -2:],
            *ops.split(x, [1, 3], axis=1),
            ops.tile(ops.expand_dims(ops.take(x, [0, 2, 2], axis=1), 1), (1, 2, 1, 1)),
            ops.pad(x, [[0, 0], [1, 2], [0, 1]], constant_values=1.5),
            ops.one_hot(ops.argmax(x, axis=-1), 6),
            ops.einsum("abc,adc->abd", x, y),
            ops.roll(ops.flip(x, axis=1), 2, axis=2),
            ops.repeat(ops.swapaxes(x, 1, 2), 2, axis=1),
        ],
    )
