"""`python -m autograd`: see cli.py."""

import sys

from autograd.cli import main

if __name__ == "__main__":
    sys.exit(main(program="python -m autograd"))
