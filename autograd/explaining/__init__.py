"""A computation graph as steps of the chain rule, in words and formulas.

Read flows.py (what there is to explain), then equations.py, steps.py and explanation.py (what users hold). The other
files write an explanation down, most of them from what summary.py says is shown.
"""
