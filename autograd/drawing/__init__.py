"""A computation graph as a picture.

Read draw.py, then picture.py and boxes.py, with frames.py and placing.py. Large graphs are made small: repetition.py
finds what repeats, cells.py says how much of it is shown, and folding.py has other ways. rendering.py has pictures laid
out, and svg.py makes them fit for browsers. text.py is for all that is written in them.
"""
