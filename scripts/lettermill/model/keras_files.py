"""Writing models as .keras and ONNX files. The same model gives the same bytes."""

import json
import warnings
import zipfile
from io import BytesIO
from pathlib import Path

import keras
import numpy as np
import onnx

from lettermill.base.files import write_bytes

LONG_AGO = "1980-01-01@00:00:00"
"""Date in the file, instead of the time of writing."""


def save_keras(model: keras.Model, path: Path) -> None:
    """Write ``model`` without its optimizer to ``path``, for ``keras.saving.load_model``."""
    bare = keras.Model.from_config(model.get_config())
    bare.set_weights(model.get_weights())
    written = path.with_name(f"part_{path.name}")
    bare.save(written)
    content = BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            part = source.read(name)
            if name == "metadata.json":
                part = json.dumps({**json.loads(part), "date_saved": LONG_AGO}).encode()
            target.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)  # dated 1980
    written.unlink()
    write_bytes(path, content.getvalue())


def save_onnx(model: keras.Model, path: Path) -> None:
    """Write ``model`` to ``path`` as ONNX: (letters, side, side, 1) float32 to (letters, classes) float32."""
    side = model.input_shape[1]
    model.predict(np.zeros((1, side, side, 1), np.float32), verbose=0)  # the model must have been called once
    written = path.with_name(f"part_{path.name}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # Keras uses a deprecated name of NumPy
        model.export(written, format="onnx", verbose=False)
    exported = onnx.load(written)
    written.unlink()
    _rename(exported.graph)
    write_bytes(path, exported.SerializeToString(deterministic=True))


def _rename(graph: onnx.GraphProto) -> None:
    """Rename everything in ``graph`` by its position, because the names of the exporter differ in every process."""
    names = {graph.input[0].name: "letters", graph.output[0].name: "probabilities"}
    for number, node in enumerate(graph.node):
        node.name = f"{node.op_type}_{number}"
        for name in (*node.input, *node.output):
            names.setdefault(name, f"value_{len(names)}" if name else "")
    for node in graph.node:
        node.input[:] = [names[name] for name in node.input]
        node.output[:] = [names[name] for name in node.output]
    for value in (*graph.initializer, *graph.input, *graph.output):
        value.name = names[value.name]
    weights = sorted(graph.initializer, key=lambda value: value.name)
    del graph.initializer[:]
    graph.initializer.extend(weights)
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "letters"
    graph.name, graph.doc_string = "letters", ""
