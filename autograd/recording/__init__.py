"""How a calculation becomes a graph: where recording is off, how graphs are saved, and why they fail.

Read modes.py, then causes.py and pickling.py; fast.py makes all of it faster and can be skipped.
"""
