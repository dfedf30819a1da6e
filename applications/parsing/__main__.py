"""The child process: this package under a name of its own, with no path that leads to the rest of the portal."""

import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path


def load(name):
    here = Path(__file__).parent
    spec = spec_from_file_location(name, here / "__init__.py", submodule_search_locations=[str(here)])
    sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])


if __name__ == "__main__":
    load("parsing")
    sys.exit(import_module("parsing.child").main(*sys.argv[1:]))
