"""How a calculation becomes a graph: where recording is off, how graphs are saved, and why they fail.

Read node.py and nodes.py, then modes.py, copying.py and recalculation.py; fast.py makes all of it faster and can be
skipped.
"""
