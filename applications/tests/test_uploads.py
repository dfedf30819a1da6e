import errno
import fcntl
import hashlib
import io
import mmap
import os
import subprocess
import sys
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from csp.middleware import CSPMiddleware
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.core.management import CommandError, call_command
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import Http404
from django.utils import timezone, translation
from PIL import Image

from applications import parsing, uploads
from applications.models import Blob
from applications.parsing import drawing, running
from applications.tests import corpus

KNOWN = "pdf docx xlsx pptx wps et dps jpg jpeg png heic webp".split()


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    """An empty store of its own for each test."""
    root = tmp_path / "store"
    settings.VAR, settings.UPLOADING = tmp_path, tmp_path / "uploading"
    evidence = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": root}}
    derived = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "derived"}}
    settings.STORAGES = settings.STORAGES | {"evidence": evidence, "derived": derived}
    settings.EVIDENCE_TYPES = KNOWN
    root.mkdir()
    settings.UPLOADING.mkdir()
    return root


@pytest.fixture
def elsewhere(settings):
    """A store that is no folder, as an S3 store is none."""
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = settings.STORAGES | {"evidence": memory, "derived": memory}


def keep(content):
    return uploads.store(io.BytesIO(content))


def original(stored):
    with uploads.open_blob(stored.sha256) as file:
        return file.read()


def files_in(root):
    return sorted(path for path in root.rglob("*") if path.is_file())


def verdict(case):
    try:
        return uploads.inspect(io.BytesIO(case.content), case.name).extension
    except uploads.Refused as refused:
        return refused.reason


def sentence(content, name):
    with pytest.raises(uploads.Refused) as refused:
        uploads.inspect(io.BytesIO(content), name)
    return str(refused.value)


# Which files are accepted.


@pytest.mark.parametrize("case", corpus.CORPUS, ids=str)
def test_each_file_gets_its_verdict(case):
    assert verdict(case) == case.verdict


@pytest.mark.parametrize("case", corpus.ARCHIVES, ids=str)
def test_archives_are_looked_into_when_they_are_switched_on(case, settings):
    settings.EVIDENCE_TYPES = [*KNOWN, "zip"]

    assert verdict(case) == case.verdict


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "旧.doc",
            corpus.pdf,
            "不支持 .doc 文件，请转换成以下格式之一再上传：pdf、docx、xlsx、pptx、wps、et、dps、jpg、jpeg、png、heic、webp",
        ),
        ("材料", corpus.pdf, "文件名没有扩展名，看不出是什么文件，请加上扩展名（例如 .pdf）后重新上传"),
        ("材料.exe.pdf", corpus.pdf, "文件名里藏着 .exe，容易被误认为程序，请改名后重新上传"),
        ("空.pdf", bytes, "这是一个空文件，请确认文件内容后重新上传"),
        ("假.pdf", lambda: corpus.SVG, "文件名以 .pdf 结尾，内容却不是这种格式，请用原来的软件另存为 .pdf 后上传"),
        ("假.jpg", corpus.png, "文件名以 .jpg 结尾，内容却是“PNG 图片”，请选对文件，或另存为 .jpg 后上传"),
        (
            "旧.docx",
            corpus.wps,
            "文件名以 .docx 结尾，内容却是“旧版 Word 文档（doc）”，请选对文件，或另存为 .docx 后上传",
        ),
        ("半.jpg", lambda: corpus.jpg()[:-99], "文件打不开，可能已损坏或没有传完整，请在电脑上确认能打开，再重新上传"),
        ("锁.pdf", lambda: corpus.pdf(password="x"), "文件受密码保护，请去除密码后上传"),
        (
            "宏.docx",
            lambda: corpus.office(types=corpus.MACRO_BIN),
            "文件带有宏（自动运行的程序），请另存为不带宏的格式后上传",
        ),
        (
            "双.png",
            lambda: corpus.png() + corpus.SCRIPT,
            "文件末尾附带了别的内容，请用原来的软件打开并另存一份，上传另存的文件",
        ),
        ("动.png", lambda: corpus.moving("PNG"), "不接受会动的图片，请截取其中一张静止的画面上传"),
        ("弹.png", corpus.huge_png, "图片太大，超过 10000 万像素，请缩小后上传"),
        ("弹.docx", corpus.overlapping, "文件展开后过大，无法安全打开，请删减内容或拆分后上传"),
        ("弹.docx", lambda: corpus.nested(3), "文件里还嵌着压缩包，请取出其中的文件，分别上传"),
        (
            "名.docx",
            lambda: corpus.office("docx", corpus.Entry("../x", b"x")),
            "压缩包里有不安全的内容（程序、链接或异常的文件名），请只保留材料文件，重新打包后上传",
        ),
    ],
)
def test_a_refusal_is_a_sentence_that_says_what_to_do(name, content, expected):
    assert sentence(content(), name) == expected


def test_every_reason_of_the_corpus_has_a_sentence():
    refused = {case.verdict for case in corpus.CORPUS + corpus.ARCHIVES} - set(uploads.KINDS)

    assert refused | {"too_big", "application_full", "heavy", "no_room"} == set(uploads.SENTENCES)


def test_a_file_may_have_exactly_the_largest_size(settings):
    content = corpus.pdf()

    settings.EVIDENCE_MAX_FILE = len(content)
    assert uploads.take(io.BytesIO(content), "方案.pdf").size == len(content)

    settings.EVIDENCE_MAX_FILE = len(content) - 1
    with pytest.raises(uploads.Refused) as refused:
        uploads.take(io.BytesIO(content), "方案.pdf")
    assert refused.value.reason == "too_big"


def test_the_sentence_about_size_names_the_limit(settings):
    settings.EVIDENCE_MAX_FILE = 50 * 1024**2

    assert sentence(bytes(50 * 1024**2 + 1), "方案.pdf") == "文件超过 50 MB，请压缩或拆分"


def test_all_files_of_an_application_may_reach_exactly_the_limit(settings):
    settings.EVIDENCE_MAX_APPLICATION = 500 * 1024**2
    used = 480 * 1024**2

    assert uploads.too_much(used, 20 * 1024**2) == ""
    assert uploads.too_much(used, 20 * 1024**2 + 1) == (
        "全部文件合计不能超过 500 MB，现在还剩 20 MB，请压缩文件或先移除不需要的材料"
    )


def test_sizes_are_counted_while_storing_and_nothing_is_left_of_a_file_that_grows(store):
    assert uploads.store(io.BytesIO(bytes(100)), limit=100).size == 100

    with pytest.raises(uploads.Refused) as refused:
        uploads.store(io.BytesIO(bytes(101)), limit=100)
    assert refused.value.reason == "too_big"
    assert len(files_in(store)) == 1


def test_what_comes_back_from_a_backup_is_stored_whatever_the_limit_is_now(settings):
    settings.EVIDENCE_MAX_FILE = 100

    assert keep(bytes(101)).size == 101


def test_a_sentence_follows_the_language_of_the_person():
    with translation.override("en"):
        assert isinstance(str(uploads.Refused("empty")), str)


@pytest.mark.parametrize("make", [SimpleUploadedFile, None], ids=["in memory", "on disk"])
def test_uploads_are_inspected_wherever_django_keeps_them(make):
    content = corpus.pdf()
    if make:
        upload = make("方案.pdf", content)
    else:
        upload = TemporaryUploadedFile("方案.pdf", "application/pdf", len(content), None)
        upload.write(content)
    upload.read(10)

    taken = uploads.take(upload)

    assert (taken.sha256, taken.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (taken.name, taken.kind.media_type) == ("方案.pdf", "application/pdf")


# The child process.


def test_a_file_that_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(parsing, "run", partial(parsing.run, seconds=0))

    assert sentence(corpus.pdf(), "慢.pdf") == "文件内容过于复杂，没能在规定时间内检查完，请简化或拆分后重新上传"


def test_a_child_that_dies_refuses_the_file_and_nothing_else(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")

    assert sentence(corpus.pdf(), "怪.pdf").startswith("文件内容过于复杂")


def limited(code):
    program = f"from applications import parsing; parsing.limit_this_process(); {code}"
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ("bytearray(parsing.MEMORY)", "MemoryError"),
        (
            "import tempfile; f = tempfile.TemporaryFile(buffering=0); f.write(bytes(9 << 20)); f.write(b'x')",
            "File too large",
        ),
        ("[open('/dev/null') for _ in range(40)]", "Too many open files"),
    ],
)
def test_a_child_has_little_memory_and_few_files(code, complaint):
    assert complaint in limited(code).stderr
    assert limited("print('ok')").stdout == "ok\n"


def test_a_child_learns_no_secret(monkeypatch):
    started = []
    monkeypatch.setenv("SECRET_KEY", "x")
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **options: started.append(options) or 1 / 0)

    with pytest.raises(ZeroDivisionError):
        uploads.inspect(io.BytesIO(corpus.pdf()), "方案.pdf")
    assert started[0]["env"] == {}


def test_a_child_knows_nothing_of_the_portal_but_how_to_read_files():
    loaded = subprocess.run(
        [sys.executable, "-I", "-X", "importtime", running.CHILD, "inspect", "pdf"], capture_output=True, text=True, stdin=subprocess.DEVNULL, env={}, cwd="/"
    ).stderr

    assert "parsing.tables" in loaded
    assert not [app for app in ("applications", "accounts", "django", "xuancheng_portal") if app in loaded]


def test_a_bomb_costs_neither_memory_nor_time(tmp_path):
    """In a process of its own, which sees the largest of its children."""
    bombs = [case for case in corpus.CORPUS if case.verdict in ("bomb", "nested") or case.name == "弹.png"]
    for number, case in enumerate(bombs):
        (tmp_path / f"{number}.{case.name[-4:].strip('.')}").write_bytes(case.content)
    program = """
import resource, sys, time
from applications import parsing
for path in sys.argv[1:]:
    began = time.monotonic()
    try:
        parsing.run("inspect", path.rpartition(".")[2], open(path, "rb"))
    except parsing.Rejected as rejected:
        assert rejected.reason != "heavy", path
    else:
        raise AssertionError(path)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime < 2 * len(sys.argv)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
    paths = [str(path) for path in files_in(tmp_path)]

    run = subprocess.run(
        [sys.executable, "-c", program, *paths], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )

    assert run.stderr == ""
    assert int(run.stdout) < 150 * 1024
    assert len(paths) >= 9


# Names.

LONG = "长" * 300
HOSTILE_NAMES = [
    "../../etc/passwd", "..\\..\\windows\\win.ini", "/etc/passwd", "C:\\a\\b.pdf", "a/b/c.pdf", "..", ".", "...", "/", "\\", "",
    " ", ".pdf", "..pdf", "a..pdf", "a.pdf.", "a.pdf ", " a.pdf", "a\0.pdf", "a\n.pdf", "a\r\nSet-Cookie: x=1.pdf", "a\t.pdf",
    "a\x1b[31m.pdf", "a\x7f.pdf", "a\x85.pdf", "a\u2028b.pdf", "a\u2029.pdf", "a\u202efdp.exe", "a\u2066b\u2069.pdf", "a\u200b.pdf",
    "a\u200f.pdf", "\ufeffa.pdf", "a\ud800.pdf", "a\udfff.pdf", "a\ue000.pdf", "a\uffff.pdf", "CON", "con.pdf", "NUL.tar.pdf", "lpt1.pdf",
    "COM9", "a:b.pdf", "a:$DATA", 'a"b.pdf', "a;b.pdf", "a'b.pdf", "a<b>.pdf", "<script>alert(1)</script>.pdf", "a|b.pdf", "a?.pdf", "a*.pdf",
    "%2e%2e%2fa.pdf", "a%00.pdf", "~/a.pdf", "$(id).pdf", "`id`.pdf", "-rf.pdf", "=1+1.pdf", "a\u0301.pdf", "e\u0301\u0301.pdf",
    "ﬁ.pdf", "ｆｕｌｌ．ｐｄｆ", "／etc／passwd", "a" * 149 + ".pdf", "a" * 5000, LONG + ".docx", LONG, "." * 500 + "pdf", "a." + "b" * 400,
    "👩‍👩‍👧‍👦.jpg", "𠮷野家.pdf", "مرحبا.pdf", "桃花潭镇 2021 年 方案.pdf", "桃花潭镇　方案.pdf", "{{7*7}}.pdf", "{0}%s.pdf", "a\\.pdf", "a/.pdf",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=ascii)
def test_a_name_is_only_a_label(name):
    label = uploads.clean_name(name)

    assert 0 < len(label) <= 150
    assert not set(label) & set('/\\:*?"<>|')
    assert not any(unicodedata.category(character) in uploads.UNSEEN for character in label)
    assert label == unicodedata.normalize("NFC", label) == label.strip(" .") == uploads.clean_name(label)
    assert label.encode()


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("桃花潭镇2021年方案（定稿）.pdf", "桃花潭镇2021年方案（定稿）.pdf"),
        ("C:\\Users\\clerk\\方案.PDF", "方案.PDF"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("cafe\u0301.pdf", "caf\u00e9.pdf"),
        ("a\r\nb.pdf", "a b.pdf"),
        ("con.pdf", "_con.pdf"),
        ('"方案"?.pdf', "_方案__.pdf"),
        ("\u202e.pdf", "pdf"),
        ("", "未命名"),
        (LONG + ".docx", "长" * 145 + ".docx"),
        ("长" * 145 + ".docx", "长" * 145 + ".docx"),
    ],
)
def test_a_label_keeps_what_people_recognize(name, label):
    assert uploads.clean_name(name) == label


# The store.


def test_a_file_lies_under_its_hash_and_can_be_read_again(store):
    content = corpus.pdf()

    stored = keep(content)

    sha256 = hashlib.sha256(content).hexdigest()
    assert stored == uploads.Stored(sha256, len(content), f"{sha256[:2]}/{sha256[2:4]}/{sha256}")
    assert files_in(store) == [store / stored.path]
    assert original(stored) == content


def test_the_same_bytes_are_stored_once_however_many_send_them_together(store):
    content = corpus.noise(200_000)

    with ThreadPoolExecutor(8) as senders:
        answers = list(senders.map(keep, [content] * 16))

    assert len(set(answers)) == 1
    assert [path.read_bytes() for path in files_in(store)] == [content]


@pytest.mark.django_db
def test_the_same_bytes_have_one_row_whatever_they_are_called(store):
    at = timezone.now()

    first = uploads.blob_of(uploads.take(SimpleUploadedFile("方案.pdf", corpus.pdf())), at=at)
    second = uploads.blob_of(uploads.take(SimpleUploadedFile("总结.pdf", corpus.pdf())), at=at + timedelta(days=1))

    assert first == second == Blob.objects.get()
    assert (second.media_type, second.extension, second.size, second.stored_at) == (
        "application/pdf",
        "pdf",
        len(corpus.pdf()),
        at,
    )
    assert len(files_in(store)) == 1


def test_a_refused_file_leaves_nothing_behind(store, tmp_path):
    with pytest.raises(uploads.Refused):
        uploads.take(SimpleUploadedFile("双.png", corpus.png() + corpus.SCRIPT))

    assert files_in(tmp_path) == []


def test_bytes_reach_the_disk_before_their_name_and_the_name_before_the_answer(store, monkeypatch):
    steps = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda number: (steps.append(("fsync", os.fstat(number).st_ino)), fsync(number)))
    monkeypatch.setattr(
        os, "replace", lambda old, new: (steps.append(("rename", Path(old).stat().st_ino)), replace(old, new))
    )

    path = store / keep(b"content").path

    file = path.stat().st_ino
    folders = [("fsync", folder.stat().st_ino) for folder in (path.parent, path.parent.parent, store)]
    assert steps == [("fsync", file), ("rename", file), *folders]


def test_a_stored_file_cannot_be_written_and_a_spoilt_one_is_mended_by_sending_it_again(store):
    path = store / keep(b"content").path
    assert path.stat().st_mode & 0o777 == 0o400
    path.chmod(0o600)
    path.write_bytes(b"CONTENT")

    keep(b"content")

    assert path.read_bytes() == b"content"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_full_disk_is_said_and_leaves_no_half_file(store, monkeypatch, number):
    def fail(descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)

    with pytest.raises(uploads.Refused) as refused:
        keep(b"content")

    assert str(refused.value) == "服务器存储空间不足，文件没有保存，请稍后再试，或联系公开办"
    assert files_in(store) == []


def test_other_failures_of_the_disk_are_not_hidden(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda number: (_ for _ in ()).throw(OSError(errno.EIO, "broken")))

    with pytest.raises(OSError, match="broken"):
        keep(b"content")


@pytest.mark.parametrize("sha256", ["../../../etc/passwd", "a" * 63, "A" * 64, "", "a" * 64])
def test_only_a_hash_that_was_stored_opens_anything(sha256):
    with pytest.raises(FileNotFoundError):
        uploads.open_blob(sha256)


def test_a_store_that_is_no_folder_keeps_the_same_promises(elsewhere, hand_out, tmp_path):
    content = corpus.jpg(exif=corpus.exif_with_place())

    stored = keep(content)

    assert keep(content) == stored
    assert original(stored) == content
    assert list(uploads.verify_store([stored])) == []
    assert body(hand_out(stored)) == content
    assert files_in(tmp_path) == []


# Looking after the store.


def test_one_bit_flipped_one_file_gone_and_one_added_are_exactly_three_findings(store):
    kept = [keep(bytes([number]) * 5000) for number in range(6)]
    assert list(uploads.verify_store(kept)) == []

    spoilt, gone = store / kept[1].path, store / kept[4].path
    spoilt.chmod(0o600)
    content = bytearray(spoilt.read_bytes())
    content[2500] ^= 1
    spoilt.write_bytes(content)
    gone.unlink()
    (store / "ab").mkdir(exist_ok=True)
    (store / "ab" / "notes.txt").write_text("x")
    findings = list(uploads.verify_store(kept))

    assert [(finding.problem, finding.name) for finding in findings] == [
        ("changed", kept[1].sha256),
        ("missing", kept[4].sha256),
        ("stray", "ab/notes.txt"),
    ]
    assert [finding.sentence for finding in findings] == [
        f"文件已变：{kept[1].sha256} 的内容与记录不符，请从备份恢复",
        f"缺少文件：{kept[4].sha256} 有记录，存储中却没有，请从备份恢复",
        "多余文件：ab/notes.txt 没有记录，请确认无用后移走",
    ]


def test_a_row_with_another_size_is_a_finding():
    stored = keep(b"content")

    findings = uploads.verify_store([SimpleNamespace(sha256=stored.sha256, size=8)])

    assert [finding.problem for finding in findings] == ["changed"]


def test_a_file_stored_while_the_check_runs_is_no_stray(store):
    def rows():
        yield keep(b"first")
        keep(b"its row is not among those being read")

    assert list(uploads.verify_store(rows())) == []


def test_a_store_that_is_gone_is_reported_row_by_row(store):
    kept = [keep(b"first"), keep(b"second")]
    store.rename(store.with_name("moved"))

    assert [finding.problem for finding in uploads.verify_store(kept)] == ["missing", "missing"]


@pytest.mark.django_db
def test_verify_store_says_what_it_found_and_fails_then(store, capsys):
    blob = uploads.blob_of(uploads.take(SimpleUploadedFile("方案.pdf", corpus.pdf())), at=timezone.now())

    call_command("verify_store")
    assert capsys.readouterr().out == "核对完毕：1 个文件齐全，内容与记录一致\n"

    (store / uploads.key_of(blob.sha256)).unlink()
    with pytest.raises(CommandError, match="核对发现 1 个问题"):
        call_command("verify_store")
    assert capsys.readouterr().out == f"缺少文件：{blob.sha256} 有记录，存储中却没有，请从备份恢复\n"


def abandon(path, at):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half")
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def test_abandoned_files_go_after_a_day(store, settings):
    folders = [store / "tmp", settings.UPLOADING, settings.VAR / "derived" / "tmp"]
    now = timezone.now().replace(microsecond=0)
    old = [abandon(folder / "old", now - timedelta(hours=24)) for folder in folders]
    young = [abandon(folder / "young", now - timedelta(hours=24) + timedelta(seconds=1)) for folder in folders]
    kept = keep(b"content")
    os.utime(store / kept.path, (0, 0))

    assert uploads.remove_stale_temporary(now) == 3

    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in [*young, store / kept.path])


def test_a_file_in_use_is_never_taken_away(store):
    path = abandon(store / "tmp" / "slow", timezone.now() - timedelta(days=2))
    with open(path, "rb") as used:
        fcntl.flock(used, fcntl.LOCK_EX)
        assert uploads.remove_stale_temporary(timezone.now()) == 0

    assert uploads.remove_stale_temporary(timezone.now()) == 1


# Previews.


def kept(content, extension):
    return SimpleNamespace(sha256=keep(content).sha256, extension=extension)


def shown(blob, page=1):
    return Image.open(io.BytesIO(uploads.preview(blob, page)))


def preview_of(content, extension):
    blob = kept(content, extension)
    assert uploads.draw(blob) >= 1
    return shown(blob), blob


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (lambda: corpus.jpg(exif=corpus.exif_with_place(6), comment=b"secret place"), "jpg"),
        (lambda: corpus.png(exif=corpus.exif_with_place(6)), "png"),
        (lambda: corpus.webp(exif=corpus.exif_with_place(6), lossless=True), "webp"),
        (lambda: corpus.HEIC, "heic"),
    ],
    ids=["jpg", "png", "webp", "heic"],
)
def test_a_preview_stands_upright_and_tells_no_place_while_the_original_stays(content, extension):
    picture, blob = preview_of(content(), extension)
    thumbnail = shown(blob, uploads.THUMBNAIL)

    assert picture.height > picture.width
    red, green, blue = picture.convert("RGB").getpixel((picture.width - 4, 4))
    assert red > 150 > blue
    for drawn in (picture, thumbnail):
        assert drawn.format == "JPEG"
        assert not drawn.getexif()
        assert not {"exif", "comment", "xmp", "icc_profile"} & set(drawn.info)
    assert original(blob) == content()
    assert hashlib.sha256(original(blob)).hexdigest() == blob.sha256


def test_a_thumbnail_has_the_shape_of_a_card():
    _picture, photo = preview_of(corpus.jpg(), "jpg")
    _picture, page = preview_of(corpus.pdf(), "pdf")

    assert shown(photo, uploads.THUMBNAIL).size == shown(page, uploads.THUMBNAIL).size == (480, 360)


def test_a_place_was_there_to_be_taken_away():
    tagged = Image.open(io.BytesIO(corpus.jpg(exif=corpus.exif_with_place())))

    assert tagged.getexif().get_ifd(0x8825)[1] == "N"


def test_each_page_of_a_pdf_is_shown():
    first, blob = preview_of(corpus.pdf(pages=3), "pdf")

    assert first.height == 1400
    assert 980 < first.width < 1000
    assert first.convert("L").getextrema() == (0, 255)
    assert shown(blob, 2).tobytes() != first.tobytes()
    assert shown(blob, 3).size == first.size
    with pytest.raises(FileNotFoundError):
        uploads.preview(blob, 4)


def test_of_a_long_pdf_the_first_fifty_pages_are_drawn_and_all_are_counted():
    blob = kept(corpus.pdf(pages=parsing.MAX_PAGES + 1), "pdf")

    assert uploads.draw(blob) == 51
    assert uploads.preview(blob, 50)
    with pytest.raises(FileNotFoundError):
        uploads.preview(blob, 51)


def test_a_page_that_kills_the_child_is_left_out_and_the_others_are_drawn(monkeypatch):
    """The child is stopped at page 2, after it had handed over page 1; the next one begins with page 3."""
    run, asked = parsing.run, []

    def stopped(job, extension, file, first):
        asked.append(first)
        wrote = run(job, extension, file, first)
        if first > 1:
            return wrote
        head, _, pictures = wrote.partition(b"\n")
        thumbnail = 4 + int.from_bytes(pictures[:4], "big")
        page = thumbnail + 4 + int.from_bytes(pictures[thumbnail:thumbnail + 4], "big")
        raise parsing.Rejected("heavy", head + b"\n" + pictures[:page + 100])

    monkeypatch.setattr(parsing, "run", stopped)
    blob = kept(corpus.pdf(pages=4), "pdf")

    assert uploads.draw(blob) == 4
    assert asked == [1, 3]
    assert shown(blob, 1).size == shown(blob, 3).size == shown(blob, 4).size
    with pytest.raises(uploads.NoPreview):
        uploads.preview(blob, 2)


def test_a_file_that_kills_child_after_child_is_given_up(monkeypatch):
    asked = []

    def killed(job, extension, file, first):
        asked.append(first)
        raise parsing.Rejected("heavy", b'{"pages": 40}\n')

    monkeypatch.setattr(parsing, "run", killed)

    with pytest.raises(uploads.NoPreview):
        uploads.draw(kept(b"x", "pdf"))
    assert len(asked) == 3


def test_a_child_leaves_what_takes_too_long_to_the_next(monkeypatch, tmp_path):
    path = tmp_path / "x.pdf"
    path.write_bytes(corpus.pdf(pages=3))
    monkeypatch.setattr(drawing, "DRAWING_SECONDS", 0)

    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        answer = b"".join(drawing.preview(data, "pdf", "2"))

    head, _, rest = answer.partition(b"\n")
    assert head == b'{"pages": 3}'
    assert len(rest) == 4 + int.from_bytes(rest[:4], "big")


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_photos_of_any_colours_are_shown(mode):
    assert preview_of(corpus.jpg(mode=mode), "jpg")[0].mode == "RGB"


@pytest.mark.parametrize("mode", ["RGBA", "P", "1", "LA"])
def test_screenshots_of_any_colours_are_shown(mode):
    assert preview_of(corpus.png(mode=mode), "png")[0].mode == "RGB"


def test_a_large_photo_becomes_small():
    content = corpus.saved(corpus.picture(4000, 3000), "JPEG")

    assert preview_of(content, "jpg")[0].size == (1400, 1050)


def test_what_cannot_be_seen_through_stands_on_white():
    content = corpus.saved(Image.new("RGBA", (32, 32), (0, 0, 0, 0)), "PNG")

    assert preview_of(content, "png")[0].getpixel((16, 16)) == (255, 255, 255)


def test_what_is_no_picture_cannot_be_drawn():
    with pytest.raises(uploads.NoPreview):
        uploads.draw(kept(b"no picture", "jpg"))


@pytest.mark.parametrize("extension", ["docx", "wps", "zip"])
def test_documents_have_no_preview(extension):
    with pytest.raises(uploads.NoPreview):
        uploads.preview(SimpleNamespace(sha256=keep(b"x").sha256, extension=extension))


def test_a_file_that_is_gone_is_drawn_when_it_is_back():
    blob = SimpleNamespace(sha256=hashlib.sha256(corpus.jpg()).hexdigest(), extension="jpg")
    with pytest.raises(FileNotFoundError):
        uploads.draw(blob)

    keep(corpus.jpg())
    assert uploads.draw(blob) == 1


def test_pictures_may_lie_in_a_store_that_is_no_folder(elsewhere):
    _picture, blob = preview_of(corpus.jpg(), "jpg")
    uploads.draw(blob)

    assert shown(blob, uploads.THUMBNAIL).size == (480, 360)


# Handing out.


@pytest.fixture
def hand_out(rf):
    """Ask for a file; what was answered is closed at the end as the test client does it, without touching the database."""
    answers = []

    def ask(blob, name="x.pdf", **headers):
        request = rf.get("/", headers={key.replace("_", "-"): value for key, value in headers.items()})
        answers.append(uploads.respond(request, blob, name, "application/pdf"))
        return answers[-1]

    yield ask
    request_finished.disconnect(close_old_connections)
    for response in answers:
        response.close()
    request_finished.connect(close_old_connections)


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_a_download_is_the_upload_and_nothing_a_browser_would_run(hand_out):
    for case in corpus.CORPUS:
        content = case.content or b"empty"

        response = hand_out(keep(content), case.name)

        assert body(response) == content, case
        assert response.status_code == 200
        assert response["Content-Disposition"].startswith("attachment; filename"), case
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
        assert response["Cache-Control"] == "private, no-store"
        assert response["Content-Length"] == str(len(content))


def test_the_portals_own_policy_does_not_replace_that_of_a_file(hand_out, rf):
    response = CSPMiddleware(lambda request: hand_out(keep(b"x")))(rf.get("/"))

    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("plan.pdf", 'attachment; filename="plan.pdf"'),
        ("方案.pdf", "attachment; filename*=utf-8''%E6%96%B9%E6%A1%88.pdf"),
        ("a'b (1).pdf", 'attachment; filename="a\'b (1).pdf"'),
        ('a"b.pdf', 'attachment; filename="a_b.pdf"'),
        ("a\r\nSet-Cookie: x=1.pdf", 'attachment; filename="a Set-Cookie_ x=1.pdf"'),
        ("百分%41.pdf", "attachment; filename*=utf-8''%E7%99%BE%E5%88%86%2541.pdf"),
    ],
)
def test_a_download_keeps_its_chinese_name(hand_out, name, disposition):
    response = hand_out(keep(b"x"), name)

    assert response["Content-Disposition"] == disposition


CONTENT = bytes(range(256)) * 40
LAST = len(CONTENT) - 1


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=5000-", 5000, LAST),
        ("bytes=-1", LAST, LAST),
        ("bytes=-500", LAST - 499, LAST),
        (f"bytes={LAST}-", LAST, LAST),
        (f"bytes=9000-{LAST + 1000}", 9000, LAST),
        (f"bytes=1-{LAST}", 1, LAST),
    ],
)
def test_part_of_a_file_can_be_asked_for(hand_out, asked, first, last):
    response = hand_out(keep(CONTENT), range=asked)

    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/{len(CONTENT)}"
    assert response["Content-Length"] == str(last - first + 1)
    assert body(response) == CONTENT[first : last + 1]
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "bytes=-",
        "bytes=5-2",
        "bytes=a-b",
        "items=0-5",
        "bytes=0-5,10-15",
        "bytes=0x1-5",
        f"bytes=0-{LAST}",
        "bytes=" + "9" * 30 + "-",
    ],
)
def test_anything_else_gets_the_whole_file(hand_out, asked):
    response = hand_out(keep(CONTENT), range=asked)

    assert response.status_code == 200
    assert body(response) == CONTENT
    assert response["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("asked", [f"bytes={LAST + 1}-", f"bytes={LAST + 1}-{LAST + 5}", "bytes=-0"])
def test_a_part_outside_the_file_is_refused(hand_out, asked):
    response = hand_out(keep(CONTENT), range=asked)

    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(CONTENT)}"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_download_is_only_continued_when_it_is_the_same_file(hand_out):
    stored = keep(CONTENT)
    whole = hand_out(stored)

    same = hand_out(stored, range="bytes=9-", if_range=whole["ETag"])
    other = hand_out(stored, range="bytes=9-", if_range='"other"')

    assert (same.status_code, other.status_code) == (206, 200)


def stored_blob(content, extension, **states):
    stored = keep(content)
    return SimpleNamespace(sha256=stored.sha256, pk=stored.sha256, size=stored.size, extension=extension, **({"scan_state": "pending", "picture_state": "made", "pages": 1} | states))


def test_only_a_picture_drawn_anew_is_shown_inside_a_page(rf):
    content = corpus.png(exif=corpus.exif_with_place())
    blob = stored_blob(content, "png")
    uploads.draw(blob)

    response = uploads.respond_with_picture(rf.get("/"), blob, "截图.png", 1, is_own=False)

    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == "inline; filename*=utf-8''%E6%88%AA%E5%9B%BE.jpg"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.content == uploads.preview(blob, 1) != content


def test_a_picture_still_being_drawn_is_said_so_calmly(rf):
    blob = stored_blob(corpus.jpg(), "jpg", picture_state="pending", pages=None)

    response = uploads.respond_with_picture(rf.get("/"), blob, "照片.jpg", is_own=False)

    assert (response.status_code, response["Content-Type"]) == (202, "image/svg+xml")
    assert "正在生成预览" in response.content.decode()
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(("extension", "states"), [("docx", {"picture_state": "none"}), ("jpg", {"picture_state": "impossible", "pages": None}), ("jpg", {"scan_state": "infected"})])
def test_what_never_has_a_picture_is_not_there(rf, extension, states):
    with pytest.raises(Http404):
        uploads.respond_with_picture(rf.get("/"), stored_blob(b"x", extension, **states), "x", is_own=True)


def test_a_page_that_does_not_exist_is_not_waited_for(rf):
    with pytest.raises(Http404):
        uploads.respond_with_picture(rf.get("/"), stored_blob(b"x", "pdf", pages=3), "x.pdf", 4, is_own=True)


def test_bytes_that_are_not_there_raise_so_that_the_view_can_say_404(hand_out):
    with pytest.raises(FileNotFoundError):
        hand_out(SimpleNamespace(sha256="0" * 64, size=5, extension="pdf"))
