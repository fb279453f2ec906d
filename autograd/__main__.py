"""`python -m autograd`: see shell/main.py."""

import sys

from autograd.shell.main import main

if __name__ == "__main__":
    sys.exit(main(program="python -m autograd"))
