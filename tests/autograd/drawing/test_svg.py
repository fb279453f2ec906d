"""What a layout program writes becomes an SVG for browsers."""

from autograd.drawing.svg import for_browsers


def test_tooltips_move_to_where_browsers_look_for_them() -> None:
    svg = ('<g id="n1" class="node">\n<title>n1</title>\n<g id="a_n1"><a xlink:title="a &lt;b&gt;&#10;c">\n'
           '<text>1</text>\n</a>\n</g>\n</g>\n<g id="n2" class="node">\n<title>n2</title>\n<text>2</text>\n</g>\n')
    assert for_browsers(svg) == ('<g id="n1" class="node">\n<title>a &lt;b&gt;&#10;c</title>\n<text>1</text>\n</g>\n'
                                 '<g id="n2" class="node">\n<text>2</text>\n</g>\n')


def test_only_lines_of_one_text_in_a_box_are_moved_to_its_middle() -> None:
    line = '<text text-anchor="start" x="1" y="{}">1</text>\n'
    box = '<g id="n1" class="node input">\n<path d="M0,7C-8,-9 6,5 4.5,-3"/>\n' + line.format(5) + "{}</g>\n"
    two = line.format(6) * 2
    assert for_browsers(box.format(two)) == box.replace('"start" x="1"', '"middle" x="-1.00"').format(two)
    others = box.replace(" input", "").format(two), '<g id="n1" class="node input">\n' + two + line.format(5) + "</g>\n"
    for other in others:
        assert for_browsers(other) == other
