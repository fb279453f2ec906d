"""How mathematics is written: formulas, numbers and names, and formulas that are typed in.

Read formula.py and layout.py, then numbers.py and names.py. unknown.py says what a formula cannot be asked.
expression.py reads a typed formula: signs.py takes it apart, blackboard.py says what the parts mean together.
"""
