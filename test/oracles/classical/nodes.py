"""Writes single nodes of ai.onnx.ml with random attributes, and what ONNX Runtime gives for random inputs.

usage: nodes.py FILE    (gzip of JSON: test/golden/classical-nodes.json.gz)

They hold what exporters do not write, but files may have, and what ONNX leaves open and its runtime decides.
"""

import gzip
import itertools
import json
import sys

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]
TRANSFORMS = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"]
KERNELS = ["LINEAR", "POLY", "RBF", "SIGMOID"]


def floats(random, *shape):
    return random.normal(size=shape).astype(np.float32)


def numbers(array):
    return [number.item() for number in np.asarray(array).ravel()]


def rows(random, count, features, gaps=True):
    """Quarters, so that many are equal to thresholds, with gaps."""
    values = (random.integers(-4, 5, (count, features)) / 4).astype(np.float32)
    if gaps:
        values[random.random(values.shape) < 0.15] = np.nan
    return values


def forest(random, of, trees, modes, targets, positive=False, sparse=False):
    """Attributes of random trees over 4 features; sparse ones give to one target each, others to all of `targets`."""
    names = ["treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids"]
    nodes = {f"nodes_{name}": [] for name in [*names, "missing_value_tracks_true"]}
    weights = {f"{of}_{name}": [] for name in ["treeids", "nodeids", "ids", "weights"]}

    def append(lists, *values):
        for known, value in zip(lists.values(), values, strict=True):
            known.append(value)

    def grow(tree, depth, own):
        position = len(nodes["nodes_treeids"])
        number = nodes["nodes_treeids"].count(tree)
        if depth == 0 or (depth == 1 and random.random() < 0.4):
            append(nodes, tree, number, 0, "LEAF", 0.0, 0, 0, 0)
            for target in own:
                weight = float(np.float32(random.random() if positive else random.normal()))
                append(weights, tree, number, target, weight)
            return number
        feature, value = int(random.integers(4)), float(random.integers(-2, 3) / 2)
        append(nodes, tree, number, feature, str(random.choice(modes)), value, 0, 0, int(random.random() < 0.5))
        nodes["nodes_truenodeids"][position] = grow(tree, depth - 1, own)
        nodes["nodes_falsenodeids"][position] = grow(tree, depth - 1, own)
        return number

    for tree in range(trees):
        grow(tree, 2, [targets[tree % len(targets)]] if sparse else targets)
    return {**nodes, **weights}


def tree_nodes():
    for seed in range(24):
        random = np.random.default_rng(seed)
        targets = 1 + seed % 3
        modes = MODES if seed % 3 == 0 else [MODES[seed % 6]]
        attributes = forest(random, "target", 1 + seed % 4, modes, list(range(targets)), sparse=seed % 2 == 1)
        attributes |= {"n_targets": targets, "aggregate_function": ["SUM", "AVERAGE", "MIN", "MAX"][seed % 4]}
        attributes |= {"post_transform": TRANSFORMS[seed % 4]}
        if seed % 3:
            attributes["base_values"] = numbers(floats(random, targets))
        yield "TreeEnsembleRegressor", attributes, [rows(random, 5, 4)], 3
    random = np.random.default_rng(24)
    attributes = forest(random, "target", 2, MODES, [0], positive=True)
    attributes |= {"n_targets": 1, "aggregate_function": "AVERAGE", "post_transform": "PROBIT"}
    yield "TreeEnsembleRegressor", attributes, [rows(random, 5, 4)], 3
    for seed in range(12):
        random = np.random.default_rng(100 + seed)
        count = 3 + seed % 2
        attributes = forest(random, "class", 3, MODES, list(range(count)), positive=seed % 2 == 0)
        attributes |= {"classlabels_int64s": [5, 1, 9, -3][:count], "post_transform": TRANSFORMS[seed % 4]}
        if seed % 3 == 0:
            attributes["base_values"] = numbers(floats(random, count))
        yield "TreeEnsembleClassifier", attributes, [rows(random, 5, 4)], 3
    two = itertools.product([[0], [1], [0, 1]], [True, False], [0, 1, 2], TRANSFORMS)
    for seed, (targets, positive, base, transform) in enumerate(two):
        if targets == [0] and transform == "PROBIT":
            continue
        random = np.random.default_rng(200 + seed)
        attributes = forest(random, "class", 2, MODES, targets, positive)
        attributes |= {"classlabels_int64s": [7, 3], "post_transform": transform}
        if base > 0:
            attributes["base_values"] = numbers(floats(random, base))
        if base < 2 or len(targets) == 2:
            yield "TreeEnsembleClassifier", attributes, [rows(random, 4, 4)], 3
    for seed in range(8):
        yield "TreeEnsemble", *chains(np.random.default_rng(300 + seed), seed), 5


def chains(random, seed):
    """Attributes of three trees in version 5's form, each a chain of branches with a leaf at each, and rows."""
    count, leaves = 9, itertools.count()
    modes = random.integers(0, 7, count)
    splits = random.integers(-4, 5, count)
    sets = [random.choice(np.arange(-4, 5), 2, replace=False) for mode in modes if mode == 6]
    attributes = {name: [] for name in ["nodes_truenodeids", "nodes_trueleafs", "nodes_falsenodeids", "nodes_falseleafs"]}
    for branch in range(count):
        is_last, is_first = branch % 3 == 2, random.random() < 0.5
        for own, is_leaf in (("true", is_last or is_first), ("false", is_last or not is_first)):
            attributes[f"nodes_{own}leafs"].append(int(is_leaf))
            attributes[f"nodes_{own}nodeids"].append(next(leaves) if is_leaf else branch + 1)
    count_of_leaves, targets = next(leaves), 1 + seed % 2
    attributes |= {
        "n_targets": targets,
        "aggregate_function": seed % 4,
        "tree_roots": [0, 3, 6],
        "nodes_featureids": numbers(random.integers(4, size=count)),
        "nodes_modes": modes.astype(np.uint8),
        "nodes_splits": splits.astype(np.float32),
        "nodes_missing_value_tracks_true": numbers(random.integers(2, size=count)),
        "leaf_targetids": numbers(random.integers(targets, size=count_of_leaves)),
        "leaf_weights": floats(random, count_of_leaves),
    }
    if sets:
        attributes["membership_values"] = np.concatenate([[*own, np.nan] for own in sets]).astype(np.float32)
    given = random.integers(-4, 5, (6, 4)).astype(np.float32)
    given[random.random(given.shape) < 0.1] = np.nan
    return attributes, [given]


def linear_nodes():
    for seed in range(8):
        random = np.random.default_rng(400 + seed)
        count, transform = 1 + seed // 2 % 4, TRANSFORMS[seed % 5]
        weights = {"coefficients": numbers(floats(random, count, 4)), "intercepts": numbers(floats(random, count))}
        given = [rows(random, 4, 4, gaps=False)]
        if transform != "PROBIT":
            labels = {"classlabels_ints": [4, 2, 8, 6][: max(count, 2)]}
            yield "LinearClassifier", weights | labels | {"post_transform": transform}, given, 1
            yield "LinearRegressor", weights | {"targets": count, "post_transform": transform}, given, 1
    random = np.random.default_rng(410)
    for transform in TRANSFORMS[:4]:
        weights = {"coefficients": numbers(floats(random, 4)), "intercepts": numbers(floats(random, 1))}
        two = {"classlabels_ints": [4, 2], "post_transform": transform}
        yield "LinearClassifier", weights | two, [rows(random, 4, 4, gaps=False)], 1
    yield "LinearRegressor", {"coefficients": [1.0, 2.0, 3.0]}, [rows(random, 4, 3, gaps=False)], 1


def support_vector_nodes():
    for seed in range(20):
        random = np.random.default_rng(500 + seed)
        classes, kernel = 2 + seed % 3, KERNELS[seed % 4]
        of_class = numbers(random.integers(1, 4, classes))
        vectors, pairs = sum(of_class), classes * (classes - 1) // 2
        shared = {
            "kernel_type": kernel,
            "kernel_params": [0.3, 0.5, [2.0, 3.0, 4.0, 1.0][seed // 4 % 4]],
            "support_vectors": numbers(floats(random, vectors, 3)),
        }
        attributes = shared | {
            "vectors_per_class": of_class,
            "coefficients": numbers(floats(random, classes - 1, vectors)),
            "rho": numbers(floats(random, pairs)),
            "classlabels_ints": [7, 3, 5, 1][:classes],
            "post_transform": TRANSFORMS[seed % 4],
        }
        if seed % 2:
            attributes |= {"prob_a": numbers(-np.abs(floats(random, pairs))), "prob_b": numbers(floats(random, pairs))}
        given = [rows(random, 4, 3, gaps=False)]
        yield "SVMClassifier", attributes, given, 1
        one = {"n_supports": vectors, "coefficients": numbers(floats(random, vectors)), "rho": numbers(floats(random, 1))}
        yield "SVMRegressor", shared | one | {"one_class": int(seed % 5 == 0)}, given, 1
    for seed in range(6):
        random = np.random.default_rng(600 + seed)
        classes = 2 + seed % 2
        coefficients = floats(random, classes, 3)
        shared = {"kernel_params": [0.1, 0.0, 0.0], "kernel_type": "LINEAR", "rho": numbers(floats(random, 1))}
        own = {"coefficients": numbers(np.abs(coefficients) if seed > 3 else coefficients)}
        own |= {"classlabels_ints": [7, 3, 5][:classes], "post_transform": TRANSFORMS[seed % 3]}
        yield "SVMClassifier", shared | own, [rows(random, 4, 3, gaps=False)], 1
        yield "SVMRegressor", shared | {"coefficients": numbers(floats(random, 3))}, [rows(random, 4, 3, gaps=False)], 1


def feature_nodes():
    random = np.random.default_rng(700)
    for norm in ["MAX", "L1", "L2"]:
        given = rows(random, 5, 4, gaps=False)
        given[2], given[3] = 0, -np.abs(given[3]) - 1
        yield "Normalizer", {"norm": norm}, [given], 1
        yield "Normalizer", {"norm": norm}, [given[0]], 1
        yield "Normalizer", {"norm": norm}, [random.integers(1, 9, (2, 4))], 1
    for given in [rows(random, 3, 3, gaps=False), random.integers(-3, 3, (3, 3))]:
        yield "Scaler", {"offset": [1.0, 2.0, 0.5], "scale": [2.0, 0.1, 3.0]}, [given], 1
        yield "Scaler", {"offset": [1.5], "scale": [0.3]}, [given], 1
        yield "OneHotEncoder", {"cats_int64s": [-1, 0, 2], "zeros": 1}, [given], 1
    yield "Binarizer", {"threshold": 0.25}, [rows(random, 3, 3, gaps=False)], 1
    nan = float("nan")
    yield "Imputer", {"imputed_value_floats": [1.0, 2.0, 3.0], "replaced_value_float": nan}, [rows(random, 4, 3)], 1
    yield "Imputer", {"imputed_value_floats": [9.0], "replaced_value_float": 0.5}, [rows(random, 4, 3)], 1
    whole = {"imputed_value_int64s": [9, 8, 7], "replaced_value_int64": 2}
    yield "Imputer", whole, [random.integers(0, 4, (4, 3))], 1
    yield "ArrayFeatureExtractor", {}, [rows(random, 3, 4, gaps=False), np.array([3, 0, 3])], 1
    yield "ArrayFeatureExtractor", {}, [rows(random, 1, 4, gaps=False)[0], np.array([[3], [1]])], 1
    yield "ArrayFeatureExtractor", {}, [floats(random, 2, 3, 4), np.array([2, 1])], 1
    yield "ArrayFeatureExtractor", {}, [random.integers(0, 9, (2, 4)), np.array([2, 1])], 1
    parts = [rows(random, 3, width, gaps=False) for width in (2, 3, 1)]
    yield "FeatureVectorizer", {"inputdimensions": [2, 3, 1]}, parts, 1
    yield "FeatureVectorizer", {"inputdimensions": [3, 1]}, parts[:2], 1
    yield "FeatureVectorizer", {"inputdimensions": [2, 1]}, [random.integers(0, 5, (3, n)) for n in (2, 1)], 1
    to_floats = {"keys_int64s": [4, 2, 7], "values_floats": [0.5, 1.5, 2.5], "default_float": -1.0}
    yield "LabelEncoder", to_floats, [random.integers(0, 9, (4, 3))], 2
    yield "LabelEncoder", {"keys_int64s": [4, 2], "values_int64s": [1, 2]}, [random.integers(0, 9, 9)], 2
    of_floats = {"keys_floats": [0.5, -0.25, nan], "values_int64s": [5, 6, 7]}
    for version in (2, 4):
        yield "LabelEncoder", of_floats, [rows(random, 6, 3)], version
    yield "LabelEncoder", {"keys_floats": [0.5], "values_floats": [5.0]}, [rows(random, 4, 3)], 2
    tensors = {"keys_tensor": np.array([1, 5, 3]), "values_tensor": np.array([0.1, 0.2, 0.3], np.float32)}
    yield "LabelEncoder", tensors | {"default_tensor": np.array([9.0], np.float32)}, [random.integers(0, 6, 7)], 4


def attribute(value):
    return numpy_helper.from_array(value, "value") if isinstance(value, np.ndarray) else value


def run(operator, attributes, inputs, version):
    """What ONNX Runtime gives for the node."""
    names = [f"input{index}" for index in range(len(inputs))]
    outputs = [("label", TensorProto.INT64)] if operator.endswith("Classifier") else []
    whole = operator in ("Imputer", "ArrayFeatureExtractor") and inputs[0].dtype == np.int64
    whole |= "values_int64s" in attributes
    outputs.append(("output", TensorProto.INT64 if whole else TensorProto.FLOAT))
    given = {name: attribute(value) for name, value in attributes.items()}
    node = helper.make_node(operator, names, [name for name, _ in outputs], domain="ai.onnx.ml", **given)
    graph = helper.make_graph(
        [node],
        "node",
        [
            helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
            for name, value in zip(names, inputs, strict=True)
        ],
        [helper.make_tensor_value_info(name, kind, None) for name, kind in outputs],
    )
    sets = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", version)]
    model = helper.make_model(graph, opset_imports=sets, ir_version=8)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return session.run(None, dict(zip(names, inputs, strict=True)))


def tensor(array):
    array = np.asarray(array)
    # JSON has no NaN and no infinity.
    values = [value if np.isfinite(value) else str(value) for value in numbers(array)]
    return {"dtype": str(array.dtype), "dims": list(array.shape), "values": values}


def written(value):
    if isinstance(value, np.ndarray):
        return tensor(value)
    if isinstance(value, float):
        return {"float": value if np.isfinite(value) else str(value)}
    if isinstance(value, list) and value and isinstance(value[0], float):
        return {"floats": [item if np.isfinite(item) else str(item) for item in value]}
    return value


def main(path):
    cases = []
    for operator, attributes, inputs, version in itertools.chain(
        tree_nodes(), linear_nodes(), support_vector_nodes(), feature_nodes()
    ):
        cases.append(
            {
                "operator": operator,
                "version": version,
                "attributes": {name: written(value) for name, value in attributes.items()},
                "inputs": [tensor(value) for value in inputs],
                "outputs": [tensor(value) for value in run(operator, attributes, inputs, version)],
            }
        )
    text = json.dumps({"reference": f"onnxruntime {onnxruntime.__version__}", "cases": cases})
    with open(path, "wb") as file:
        file.write(gzip.compress(text.encode(), mtime=0))
    print(len(cases), "nodes")


main(sys.argv[1])
