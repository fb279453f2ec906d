"""A computation graph as a picture.

Read draw.py, then picture.py and boxes.py. folding.py makes large graphs small; rendering.py has pictures laid out, and
svg.py makes them fit for browsers. text.py is for all that is written in them.
"""
