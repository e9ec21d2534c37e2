"""Writes the models of models.py as ONNX by skl2onnx and onnxmltools, with the outputs of ONNX Runtime.

usage: make.py FOLDER [NAME...]
"""

import sys
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxmltools
import onnxruntime
import sklearn
from models import FEATURES, MODELS, boosted
from onnxmltools.convert.common.data_types import FloatTensorType as BoostedFloats
from skl2onnx import to_onnx
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline

sys.path.append(str(Path(__file__).parents[1]))
from golden import generator, new_folder, write_cases

# Rows of each model's inputs.
ROWS = 6


def plain_attribute(key, value, *more, make=onnx.helper.make_attribute, **options):
    """An attribute that may hold NumPy's numbers and bools: skl2onnx gives such to ONNX's helper, which does not take them."""
    if isinstance(value, list):
        value = [int(item) if isinstance(item, bool | np.bool_ | np.integer) else item for item in value]
    return make(key, value, *more, **options)


onnx.helper.make_attribute = plain_attribute


def export(name, estimator, data):
    """An ONNX model of the trained estimator."""
    module = type(estimator).__module__
    if module.startswith("xgboost"):
        return onnxmltools.convert_xgboost(estimator, initial_types=[("input", BoostedFloats([None, FEATURES]))])
    if module.startswith("lightgbm"):
        types = [("input", BoostedFloats([None, FEATURES]))]
        return onnxmltools.convert_lightgbm(estimator, initial_types=types, zipmap=name == "lightgbm-two")
    last = estimator.steps[-1][1] if isinstance(estimator, Pipeline) else estimator
    if name == "neighbors-cdist":
        # An operator of ONNX Runtime's own for the distances, in the place of a loop.
        options = {id(last): {"zipmap": False, "optim": "cdist"}}
        return to_onnx(estimator, data[:1].astype(np.float32), options=options)
    # One keeps the ZipMap that is there by default.
    options = {id(last): {"zipmap": False}} if hasattr(last, "predict_proba") and is_classifier(last) and name != "decision-tree" else None
    return to_onnx(estimator, data[:1].astype(np.float32), options=options, target_opset={"": 18, "ai.onnx.ml": 3})


def cases_of(name, features):
    """Rows near those of the data, and of the same kind: with gaps where they have some, whole where they are whole."""
    random = generator(name)
    rows = features[random.integers(0, len(features), ROWS)]
    is_whole = np.all(np.isnan(features) | (features == np.round(features)), axis=0)
    moved = np.where(is_whole, rows, rows + random.normal(0, 0.3, rows.shape))
    if np.all(features[~np.isnan(features)] >= 0):
        moved = np.abs(moved)
    return [[moved.astype(np.float32)]]


def without_batch(model):
    """Fixes the number of rows, which files leave open."""
    for value in model.graph.input:
        value.type.tensor_type.shape.dim[0].Clear()
        value.type.tensor_type.shape.dim[0].dim_value = ROWS
    return model


def run_with(session, classes):
    """What ONNX Runtime gives for inputs, in numbers.

    Probabilities in maps, as ZipMap makes of them, are the matrix that they were; labels that are texts are their
    positions among the classes.
    """
    names = [entry.name for entry in session.get_inputs()], [entry.name for entry in session.get_outputs()]

    def plain(output):
        if isinstance(output, list):
            return np.array([list(row.values()) for row in output], np.float32)
        if output.dtype.kind in "OU":
            return np.searchsorted(classes, output.astype(str)).astype(np.int64)
        return output

    return names, lambda inputs: [plain(output) for output in session.run(None, dict(zip(names[0], inputs, strict=True)))]


def main(parent, *wanted):
    warnings.simplefilter("ignore")
    tools = f"skl2onnx with scikit-learn {sklearn.__version__}"
    for name, (estimator, (features, values)) in {**MODELS, **boosted()}.items():
        if wanted and name not in wanted:
            continue
        model = export(name, estimator.fit(features, values), features)
        folder = new_folder(parent, name)
        onnx.save(without_batch(model), folder / "model.onnx")
        session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
        names, run = run_with(session, getattr(estimator, "classes_", None))
        reference = f"onnxruntime {onnxruntime.__version__}"
        write_cases(folder, "model.onnx", "onnx", reference, names, cases_of(name, features), run, producer=tools)


main(*sys.argv[1:])
