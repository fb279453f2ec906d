"""A network, its training and its decisions as pictures.

Read network.py, which draws circles and lines, or plots.py, which needs matplotlib; bar.py is the progress bar.
"""
