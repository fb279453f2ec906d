"""Ways out of nn, and back: models as modules of PyTorch, files of ONNX and NumPy arrays.

pytorch.py, onnx.py and matrices.py have the functions; what they say of layers and of rows of the table stands beside
them, in files that need the other package.
"""
