"""Derivatives beyond backward(): forward mode, derivatives of functions, of any order, and ways to check them.

Read dual.py for forward mode; gradients.py, evaluation.py and derivatives.py, in this order, for reverse mode over
functions. structure.py flattens their arguments; checking.py compares the modes, expansion.py opens operations.
"""
