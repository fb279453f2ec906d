"""A file is written whole or not at all."""

import os
import signal
from pathlib import Path

import pytest

from autograd import replace_file
from tests.support.processes import run_python


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


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("place", ["io.FileIO.write", "os.fsync", "pathlib.Path.replace", "os.open"])
def test_whoever_is_killed_meanwhile_leaves_a_whole_file(tmp_path, place, alone):
    path = tmp_path / "file"
    replace_file(path, b"old" * 1000)
    code = f"""
import io, os, pathlib, signal, sys
from autograd import replace_file
def kill(*arguments, **options):
    if {place!r} == "io.FileIO.write":
        os.write(arguments[0].fileno(), b"ne")
    os.kill(os.getpid(), signal.SIGKILL)
class Killed(io.FileIO):
    write = kill
if {place!r} == "io.FileIO.write":
    pathlib.Path.open = lambda self, mode: Killed(self, mode.replace("b", ""))
else:
    owner, name = {place!r}.rsplit(".", 1)
    setattr({{"os": os, "pathlib.Path": pathlib.Path}}[owner], name, kill)
replace_file(sys.argv[1], b"new" * 1000, alone={alone})
"""
    assert run_python("-c", code, path).returncode == -signal.SIGKILL
    assert path.read_bytes() == (b"new" if place == "os.open" else b"old") * 1000  # where the folder is synchronized
    replace_file(path, b"newer", alone=alone)
    assert path.read_bytes() == b"newer"
    assert alone is False or os.listdir(tmp_path) == ["file"]


def test_a_file_is_on_the_disk_before_it_has_its_name_and_then_so_is_the_name(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(os, "fsync", lambda file: calls.append(os.readlink(f"/proc/self/fd/{file}")))
    original = Path.replace
    monkeypatch.setattr(Path, "replace", lambda part, path: (calls.append(path.name), original(part, path)))
    replace_file(tmp_path / "file", b"content")
    part, name, folder = calls
    assert (part.endswith(".part"), name, folder) == (True, "file", str(tmp_path))


def test_where_a_folder_cannot_be_synchronized_the_file_is_written_all_the_same(tmp_path, monkeypatch):
    original = os.open

    def fail(path, flags, *arguments, **options):
        if os.path.isdir(path):
            raise PermissionError
        return original(path, flags, *arguments, **options)

    monkeypatch.setattr(os, "open", fail)
    replace_file(tmp_path / "file", b"content")
    assert (tmp_path / "file").read_bytes() == b"content"
