"""The command line, `glassgrad` or `python -m autograd`.

Read main.py, which finds the command that was typed, then commands.py, what each does; output.py says where its result
goes, and notes.py reads a teacher's own words.
"""
