"""A program as a student reads it: one line for each group, what it is, how many there are, and where from."""

from collections.abc import Sequence

from autograd.compiling.program import Group, Places, Program, Segment


def listing(program: Program) -> str:
    """The groups in the order in which they are calculated; backward() takes them from the last to the first."""
    rows = [("results", "times", "operation", "arguments")]
    if program.inputs:
        rows.append((_span("lanes", 0, program.inputs), str(program.inputs), "inputs", ""))
    for group in program.groups:
        arguments = ", ".join(_argument(segments, is_list, group) for segments, is_list
                              in zip(group.arguments, group.row.lists, strict=True))
        rows.append((_span("lanes", group.start, group.count), str(group.count), group.row.name, arguments))
    rows.append((", ".join(f"{array}[{place}]" for array, place in program.outputs), str(len(program.outputs)),
                 "outputs", ""))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [f"{a:{widths[0]}}  {b:>{widths[1]}}  {c:{widths[2]}}  {d}".rstrip() for a, b, c, d in rows]
    return "\n".join([*lines, "", _explanation(program)])


def _argument(segments: Sequence[Segment], is_list: bool, group: Group) -> str:
    parts = [_places(segment.array, segment.places, segment.length, group.count) for segment in segments]
    return f"({', '.join(parts)})" if is_list else parts[0]


def _places(array: str, places: Places, length: int, count: int) -> str:
    """Where member m finds its items, as a span of places."""
    if places.bases is not None:
        return f"{array}[{'table' if places.is_full or length == 1 else f'table + 0..{(length - 1) * places.step}'}]"
    if count > 1 and places.stride:
        start = f"{places.stride}m" if places.stride != 1 else "m"
        start += f" + {places.start}" if places.start else ""
    else:
        start = str(places.start)
    if length == 1:
        return f"{array}[{start}]"
    if start.isdigit():
        return _span(array, places.start, length, places.step)
    return f"{array}[{start} + 0..{(length - 1) * places.step}{f' by {places.step}' if places.step != 1 else ''}]"


def _span(array: str, start: int, count: int, step: int = 1) -> str:
    if count == 1:
        return f"{array}[{start}]"
    if step == 0:
        return f"{array}[{start}] {count} times"
    return f"{array}[{start}..{start + (count - 1) * step}{f' by {step}' if step != 1 else ''}]"


def _explanation(program: Program) -> str:
    arrays = {"constants": len(program.constants), "values": program.values, "parameters": program.parameters,
              "lanes": program.lanes}
    sizes = ", ".join(f"{size} {name}" for name, size in arrays.items() if size)
    return (f"{program.nodes} operations with {program.edges} arguments in {len(program.groups)} loops, over {sizes}; "
            "m counts the members of a loop")
