"""The files of an entry: ordinary ones, of its own folder, of bounded size."""

import os
from pathlib import Path

import pytest

from alpfit.errors import CatalogueError
from alpfit.likelihoods.catalogue import data_files, digest_of, load_folder
from alpfit.likelihoods.files import LARGEST, data_file, read_bytes, read_text


@pytest.fixture
def folder(write_entry):
    return write_entry()


def refusal(act, *arguments):
    """The one line with which an entry is refused."""
    with pytest.raises(CatalogueError) as caught:
        act(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


ELSEWHERE = ["/dev/zero", "/dev/stdin.csv", "../table.csv", "./table.csv", "sub/table.csv", "a\\b.csv", "..", ".", ""]


@pytest.mark.parametrize("name", [*ELSEWHERE, "table.txt", "likelihood.toml", "table", "table.csv.gz", 3, None, ["a"]])
def test_a_data_file_is_a_csv_or_json_file_of_the_entrys_own_folder(folder, name):
    assert "it must be the name of a file in the entry's own folder that ends in .csv or .json" in refusal(
        data_file, folder, name
    )


@pytest.mark.parametrize("name", ["table.csv", "workspace.json", "never written.csv"])
def test_other_names_are_those_of_files_in_the_folder(folder, name):
    assert data_file(folder, name) == folder / name


@pytest.mark.parametrize("name", ['"/dev/zero"', '"../entry_0/table.csv"', "3", '"table.dat"'])
def test_an_entry_that_names_a_table_elsewhere_is_refused(write_entry, name):
    folder = write_entry(('"table.csv"', name))
    message = refusal(load_folder, folder)
    assert message.startswith(f"{folder / 'likelihood.toml'}: [data] names the file ")


def make_pipe(path):
    os.mkfifo(path)


def make_huge(path):
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)


def make_link_to_a_device(path):
    path.symlink_to("/dev/zero")


def make_link_out(path):
    (path.parent.parent / "elsewhere.csv").write_text("mass [GeV],limit\n1,2\n")
    path.symlink_to("../elsewhere.csv")


STRANGE = {
    "pipe": (make_pipe, "is no ordinary file"),
    "huge file": (make_huge, "has more than 64 MiB"),
    "device": (make_link_to_a_device, "is a link to /dev/zero: an entry reads files of its own folder only"),
    "link": (make_link_out, "an entry reads files of its own folder only; copy the file there"),
}


@pytest.mark.parametrize("name", ["likelihood.toml", "table.csv", "not_read.json"])
@pytest.mark.parametrize(("make", "sentence"), STRANGE.values(), ids=STRANGE)
def test_what_is_no_ordinary_file_of_the_folder_is_refused_wherever_it_stands(folder, name, make, sentence):
    (folder / name).unlink(missing_ok=True)
    make(folder / name)
    message = refusal(load_folder, folder)
    assert message.startswith(str(folder / name))
    assert sentence in message


@pytest.mark.parametrize(("make", "sentence"), STRANGE.values(), ids=STRANGE)
def test_nor_is_it_listed_or_a_part_of_a_digest(folder, make, sentence):
    make(folder / "more.csv")
    for act in (data_files, digest_of):
        with pytest.raises(OSError, match=sentence):
            act(folder)


def test_many_files_are_together_no_larger_than_one_may_be(folder):
    for i in range(3):
        with (folder / f"{i}.csv").open("wb") as file:
            file.truncate(LARGEST // 2)
    assert refusal(load_folder, folder).startswith(f"{folder} has more than 64 MiB")


def test_a_file_that_grows_while_it_is_read_is_refused(folder, monkeypatch):
    monkeypatch.setattr("alpfit.likelihoods.files.LARGEST", 10)
    monkeypatch.setattr("alpfit.likelihoods.files._refuse_size", lambda *_: None)
    assert "has more than" in refusal(read_bytes, folder / "table.csv")


def test_links_within_the_folder_folders_and_links_to_nothing_do_no_harm(folder):
    digest = digest_of(folder)
    (folder / "old.csv").mkdir()
    (folder / ".#table.csv").symlink_to("somebody@somewhere.1234")
    assert digest_of(folder) == digest
    (folder / "table.csv").rename(folder / "numbers.csv")
    (folder / "table.csv").symlink_to("numbers.csv")
    assert load_folder(folder).form.masses.tolist() == [1.0, 2.0, 4.0]
    assert [path.name for path in data_files(folder)] == ["likelihood.toml", "numbers.csv", "table.csv"]


def test_an_entry_may_be_reached_by_a_link(folder):
    link = folder.parent / "link"
    link.symlink_to(folder)
    assert load_folder(link).digest == load_folder(folder).digest


def test_a_byte_order_mark_is_no_part_of_a_text(folder):
    plain = load_folder(folder).form
    for name in ("likelihood.toml", "table.csv"):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text("\ufeff" + text, encoding="utf-8")
        assert read_text(folder / name) == text
    assert load_folder(folder).form.bounds.tolist() == plain.bounds.tolist()


def test_what_is_missing_is_missing(folder):
    with pytest.raises(FileNotFoundError):
        read_bytes(folder / "nothing.csv")
    with pytest.raises(FileNotFoundError):
        read_bytes(folder / "table.csv" / "nothing.csv")


def test_a_name_that_no_file_can_have_is_refused():
    assert "cannot be read" in refusal(read_bytes, Path("a\0b"))
