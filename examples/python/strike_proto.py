"""The generated code of proto/strike/v1: `from strike_proto import common, market, order`.

A package `strike.v1` that is on the path already is used as it is. Otherwise protoc makes the code from the .proto
files of this repository, at each start: that takes a moment and can never be out of date.
"""

import importlib
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType

PROTO_FOLDER = Path(__file__).resolve().parents[2] / "proto"


NAMES = ("common", "market", "order")


def _import() -> list[ModuleType]:
    return [importlib.import_module(f"strike.v1.{name}_pb2") for name in NAMES]


def _generate(folder: str) -> None:
    """@raises RuntimeError: there is nothing to make it from, or protoc is missing or failed; it says what to do"""
    files = [str(x) for x in sorted((PROTO_FOLDER / "strike/v1").glob("*.proto"))]
    if not files:
        raise RuntimeError(f"no .proto files in {PROTO_FOLDER}/strike/v1: put a generated package strike.v1 on "
                           "PYTHONPATH, or run this from the repository")
    try:
        subprocess.run(["protoc", f"--proto_path={PROTO_FOLDER}", f"--python_out={folder}", *files], check=True,
                       capture_output=True, text=True)
    except FileNotFoundError:
        raise RuntimeError("protoc is missing: install the package protobuf-compiler") from None
    except subprocess.CalledProcessError as failed:
        raise RuntimeError(f"protoc failed: {failed.stderr.strip()}") from None


def _load() -> list[ModuleType]:
    try:
        return _import()
    except ModuleNotFoundError as missing:
        if not (missing.name or "").startswith("strike"):
            raise  # python3-protobuf is not there
    with tempfile.TemporaryDirectory(prefix="strike-proto-") as folder:
        _generate(folder)
        sys.path.insert(0, folder)
        importlib.invalidate_caches()
        try:
            return _import()
        finally:
            sys.path.remove(folder)


common, market, order = _load()
