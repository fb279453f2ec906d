"""What a row of the table is, and how a call of it finds the reading to use.

Read row.py, then reading.py and notation.py; primitives.py has what JavaScript lacks, and stubs.py tells type checkers
about the table.
"""
