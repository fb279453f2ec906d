"""A computation graph as a picture.

Read draw.py, then picture.py and boxes.py; folding.py makes large graphs small, rendering.py lays them out.
"""
