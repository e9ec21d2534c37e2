"""Writes ONNX's newest backend tests as files: the package on PyPI has them as code since its files grew too large for it.

    python make.py FOLDER

writes FOLDER/node/CASE/model.onnx and test_data_set_0/{input,output}_I.pb, which
`npm run conformance -- --suite FOLDER` runs.
"""

import pathlib
import sys

import numpy
import onnx
from onnx import numpy_helper
from onnx.backend.test.case import node


def tensor(value, name):
    """A value as the message that files hold; a TypeError for what is no tensor."""
    own = value if isinstance(value, onnx.TensorProto) else numpy_helper.from_array(numpy.asarray(value))
    own.name = name
    return own


def write(case, folder):
    """Writes one case; nothing where a value of it is no tensor."""
    files = {"model.onnx": case.model.SerializeToString()}
    inputs, outputs = case.data_sets[0]
    for kind, values, infos in (("input", inputs, case.model.graph.input), ("output", outputs, case.model.graph.output)):
        for i, (value, info) in enumerate(zip(values, infos)):
            files[f"test_data_set_0/{kind}_{i}.pb"] = tensor(value, info.name).SerializeToString()
    (folder / "test_data_set_0").mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def main():
    target = pathlib.Path(sys.argv[1]) / "node"
    apart = []
    for case in node.collect_testcases(None):
        try:
            write(case, target / case.name)
        except (TypeError, ValueError, AttributeError, NotImplementedError) as error:
            apart.append(f"{case.name}: {error}")
    print("\n".join(apart))
    print(f"{len(apart)} cases hold what is no tensor")


main()
