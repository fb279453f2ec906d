"""What errors say of a node: what it is called, and which line of the program calculated it."""

from autograd.recording.node import Node


def called(node: Node) -> str:
    """A Value by its label, or else by its number and the operation that it comes from."""
    return repr(node.label) if node.label else f"the Value {node.data} ({node.op.name if node.op else 'a leaf'})"


def calculated_in(node: Node) -> str:
    """The line of the program that calculated a node, as the end of a message; nothing where none was traced."""
    return f"\n  calculated in {node.recorded_at}" if node.recorded_at else ""
