"""What pyproject.toml says of the project."""

from typing import Any

from tests.docs.markdown import ROOT

try:
    import tomllib
except ImportError:  # Python 3.10, where pytest has brought this along
    import tomli as tomllib

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
