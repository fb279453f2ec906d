"""A computation graph as steps of the chain rule, in words and formulas.

Read explanation.py, then flows.py and steps.py; the other files are ways to write an explanation down.
"""
