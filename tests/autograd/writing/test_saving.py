"""A file is written whole or not at all."""

from pathlib import Path

import pytest

from autograd.writing.saving import replace_file


def test_a_file_appears_or_is_replaced_as_other_files_are_written(tmp_path):
    path, other = tmp_path / "file", tmp_path / "other"
    other.touch()
    for content in (b"first", b"second"):
        replace_file(path, content)
        assert path.read_bytes() == content
    assert path.stat().st_mode == other.stat().st_mode
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("failing", ["open", "replace"])
def test_what_fails_leaves_everything_as_it_was(tmp_path, monkeypatch, failing):
    def fail(self, *arguments):
        raise OSError(28, "No space left on device")

    path = tmp_path / "file"
    replace_file(path, b"first")
    with monkeypatch.context() as patched:
        patched.setattr(Path, failing, fail)
        with pytest.raises(OSError, match="No space left"):
            replace_file(path, b"second")
    assert [entry.read_bytes() for entry in tmp_path.iterdir()] == [b"first"]


def test_the_error_names_the_file_that_was_to_be_written(tmp_path):
    for path, error in ((tmp_path, IsADirectoryError), (tmp_path / "nowhere" / "file", FileNotFoundError)):
        with pytest.raises(error) as caught:
            replace_file(path, b"content")
        assert (caught.value.filename, caught.value.filename2) == (str(path), None)
    assert list(tmp_path.iterdir()) == []
