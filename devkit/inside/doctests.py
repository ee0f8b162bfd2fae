"""Run the doctests of the add-on's tools: FOLDER; prints one JSON object.

The folder is a package that is imported by its own name, without Odoo's
registry, so that its modules may import each other.
"""

import doctest
import importlib
import json
import pathlib
import sys


def main(folder):
    """Count docstrings with examples; failing output goes to stderr."""
    folder = pathlib.Path(folder)
    sys.path.insert(0, str(folder.parent))
    passed, failed = 0, 0
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        runner = doctest.DocTestRunner()
        for test in doctest.DocTestFinder().find(importlib.import_module(name)):
            if not test.examples:
                continue
            if runner.run(test, out=sys.stderr.write).failed:
                failed += 1
            else:
                passed += 1
    print(json.dumps({"passed": passed, "failed": failed}))


if __name__ == "__main__":
    main(sys.argv[1])
