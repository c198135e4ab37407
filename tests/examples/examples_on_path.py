"""To be imported first: makes examples/python importable, or ends the test as skipped where a package is missing."""

import sys
from pathlib import Path

SKIPPED = 77  # SKIP_RETURN_CODE in CMakeLists.txt
EXAMPLES = Path(__file__).resolve().parents[2] / "examples/python"

try:
    import google.protobuf  # noqa: F401
    import zmq  # noqa: F401
except ModuleNotFoundError as missing:
    print(f"skipped: no module {missing.name}; install the packages python3-zmq and python3-protobuf")
    sys.exit(SKIPPED)

sys.path.insert(0, str(EXAMPLES))
