"""``python -m raincall`` is the command ``raincall``."""

import sys

from raincall.cli import main

if __name__ == "__main__":
    sys.exit(main())
