import io
import subprocess
import zipfile

import pytest

from accounts.archives import LONGEST_PART, UnsafeName, safe_name, write_archive


def unpack(content, folder):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)


def checked(folder):
    return subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False, env={"LC_ALL": "C"})


@pytest.fixture
def content():
    target = io.BytesIO()
    write_archive(target, [("说明.txt", [b"one ", b"two"]), ("材料/泾县 桃花潭镇/图 1.jpg", iter([b"\xff\xd8" * 500])), ("空.txt", [])])
    return target.getvalue()


def test_what_was_unpacked_is_verified_by_sha256sum(content, tmp_path):
    unpack(content, tmp_path)

    result = checked(tmp_path)

    assert result.returncode == 0, result.stdout + result.stderr
    assert (tmp_path / "说明.txt").read_bytes() == b"one two"
    assert len(result.stdout.splitlines()) == 3


def test_one_flipped_bit_is_told_by_name(content, tmp_path):
    unpack(content, tmp_path)
    victim = tmp_path / "材料/泾县 桃花潭镇/图 1.jpg"
    flipped = bytearray(victim.read_bytes())
    flipped[700] ^= 1
    victim.write_bytes(flipped)

    result = checked(tmp_path)

    assert result.returncode == 1
    assert [line for line in result.stdout.splitlines() if line.endswith("FAILED")] == ["材料/泾县 桃花潭镇/图 1.jpg: FAILED"]


def test_a_missing_file_is_told_too(content, tmp_path):
    unpack(content, tmp_path)
    (tmp_path / "空.txt").unlink()

    assert checked(tmp_path).returncode == 1


def test_the_manifest_comes_last_and_lists_all_others_in_order(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        listed = [line[66:] for line in archive.read("SHA256SUMS").decode().splitlines()]

    assert names == [*listed, "SHA256SUMS"]
    assert listed == ["说明.txt", "材料/泾县 桃花潭镇/图 1.jpg", "空.txt"]


def test_pieces_are_asked_for_one_entry_after_the_other_and_progress_follows():
    seen = []

    def entries():
        for number in (1, 2, 3):
            yield f"{number}.txt", (seen.append(f"read {number}") or b"x" for _piece in range(1))

    count = write_archive(io.BytesIO(), entries(), progress=lambda done: seen.append(f"done {done}"))

    assert count == 3
    assert seen == ["read 1", "done 1", "read 2", "done 2", "read 3", "done 3"]


@pytest.mark.parametrize(
    "path", ["../out.txt", "/etc/passwd", "a//b.txt", "a\\b.txt", "c:/x.txt", "NUL.txt", "com1", "end.", "end ", "line\nbreak", "sha256sums", "x" * 200, ""],
)
def test_paths_that_some_system_cannot_unpack_are_refused(path):
    with pytest.raises(UnsafeName):
        write_archive(io.BytesIO(), [(path, [b""])])


def test_paths_that_differ_only_in_case_are_refused():
    with pytest.raises(UnsafeName):
        write_archive(io.BytesIO(), [("A.txt", [b""]), ("a.TXT", [b""])])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("工作方案.pdf", "工作方案.pdf"), ('a/b\\c:d*e?f"g<h>i|j', "a_b_c_d_e_f_g_h_i_j"), ("图\t1\n.jpg", "图_1_.jpg"), (" 末尾. ", "末尾"), ("CON", "_CON"), ("aux.txt", "_aux.txt"),
        ("context.txt", "context.txt"), ("..", "_"), ("", "_"), ("\u202etxt.exe", "_txt.exe"), ("“附件”（1）.docx", "“附件”（1）.docx"),
    ],
)
def test_names_are_safe_for_windows(text, name):
    assert safe_name(text) == name


def test_a_long_name_keeps_its_ending():
    assert safe_name("长" * 200 + ".pdf") == "长" * (LONGEST_PART - 4) + ".pdf"
    assert safe_name("长" * 200) == "长" * LONGEST_PART
    assert safe_name("a." + "b" * 200) == ("a." + "b" * 200)[:LONGEST_PART]


def test_rare_characters_of_four_bytes_are_cut_where_linux_would_refuse_them():
    assert safe_name("𠮷" * 80 + ".pdf") == "𠮷" * 59 + ".pdf"
    assert len(safe_name("𠮷" * 80).encode()) <= 240


def test_one_spelling_of_a_name_is_one_name():
    assert safe_name("Résumé.pdf") == "Résumé.pdf"


def test_what_is_compressed_already_is_stored_as_it_is(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        ways = {entry.filename: entry.compress_type for entry in archive.infolist()}

    assert ways == {"说明.txt": zipfile.ZIP_DEFLATED, "材料/泾县 桃花潭镇/图 1.jpg": zipfile.ZIP_STORED, "空.txt": zipfile.ZIP_DEFLATED, "SHA256SUMS": zipfile.ZIP_DEFLATED}


def test_a_safe_name_is_stable():
    for text in ("CON .txt", "a" * 79 + ". x", "." * 100 + "pdf", "x" * 75 + " .jpeg", "_" * 3, "com¹"):
        assert safe_name(safe_name(text)) == safe_name(text)
