"""Benchmarks: `python -m tests.benchmarks NAME`. Each is a module with a function `run`, listed in __main__.py."""
