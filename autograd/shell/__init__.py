"""The command line, `glassgrad` or `python -m autograd`.

Read main.py, then commands.py.
"""
