"""Derivatives beyond backward(): forward mode, derivatives of functions, of any order, and ways to check them.

Read dual.py, then derivatives.py; checking.py compares three ways, expansion.py opens composite operations.
"""
