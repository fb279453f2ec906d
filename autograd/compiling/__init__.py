"""A recorded graph as machine code: forward, backward, and the update of an optimizer.

To be read in this order: register (a row as instructions), program (a graph as loops), loops (the walk over both),
llvm, c and python (what writes it), compiled and descent (what a user calls).
"""
