"""How mathematics is written: formulas, numbers and names, and formulas that are typed in.

Read formula.py, then numbers.py and names.py.
"""
