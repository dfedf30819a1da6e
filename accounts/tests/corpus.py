"""Tables as offices make them, built here, each with what the portal should make of it. Everything in them is invented."""

import csv
import io
import zipfile
from collections import namedtuple
from datetime import date, datetime

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from accounts.models import FormerName, Import, Organization, Role
from accounts.tests.factories import make_organization, make_user, moment

# `found`: how many rows are new, changed, the same and wrong, or the beginning of the refusal; `words`: what must be said somewhere.
Case = namedtuple("Case", "name kind make found words")
UNITS, PEOPLE = Import.Kind.UNITS, Import.Kind.PEOPLE
CASES = []
XML = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = ["单位代码", "单位全称", "简称", "种类", "上级单位"]
TAOHUATAN = ["341823103", "泾县桃花潭镇人民政府", "桃花潭镇", "乡镇（街道）", "341823"]
MIAOSHOU = ["341825103", "旌德县庙首镇人民政府", "庙首镇", "乡镇（街道）", "341825"]
NEW = ["341823107", "泾县丁家桥镇人民政府", "丁家桥镇", "乡镇（街道）", "341823"]
WHO = ["姓名", "单位", "手机号", "角色"]
NEWCOMER = ["方小敏", "桃花潭镇", "13800000007", "填报员"]
KNOWN = ["汪小桃", "泾县桃花潭镇人民政府", "13900000001", "填报员"]


def settle_world():
    """Three counties, a few units, two of one name, one closed and one renamed, and three people."""
    counties = {
        code: make_organization(short, full_name=f"{short}人民政府", kind="county", code=code) for code, short in (("341823", "泾县"), ("341825", "旌德县"), ("341882", "广德市"))
    }
    for code, short, full in [
        ("341823103", "桃花潭镇", "泾县桃花潭镇人民政府"), ("341823106", "云岭镇", "泾县云岭镇人民政府"), ("341825103", "庙首镇", "旌德县庙首镇人民政府"),
        ("341825110", "云岭镇", "旌德县云岭镇人民政府"), ("341882001", "桃州街道", "广德市桃州街道办事处"),
    ]:
        make_organization(short, full_name=full, kind="township", code=code, parent=counties[code[:6]])
    make_organization("市教体局", full_name="宣城市教育体育局", kind="bureau", code="3418-B03")
    for code, full, short, county in [
        ("341882-B01", "广德市教育局", "广德市教育局", "341882"), ("341825-B01", "旌德县教育局", "旌德县教育局", "341825"),
        ("3418-B07", "宣城市财政局", "财政局", None), ("341882-B07", "广德市财政局", "广德市财政局", "341882"),
    ]:
        make_organization(short, full_name=full, kind="bureau", code=code, parent=counties.get(county))
    Organization.objects.filter(code="3418-O01").update(name="宣城市政务公开办公室")
    taohuatan = Organization.objects.get(code="341823103")
    make_organization("旧乡", full_name="泾县旧乡人民政府", code="341823199", parent=counties["341823"], valid_until=date(2020, 1, 1), successor=taohuatan)
    FormerName.objects.create(
        organization=Organization.objects.get(code="341823106"), name="泾县章渡镇人民政府", short_name="章渡镇", until=date(2019, 3, 1), changed_at=moment(3, 1, year=2019),
    )
    make_user("汪小桃", taohuatan, [Role.UNIT_CLERK], username="13900000001", phone="13900000001")
    make_user("查小慧", taohuatan, [Role.UNIT_CLERK], username="chaxiaohui", phone="0563-5023456", email="cha@example.com")
    make_user("离小职", taohuatan, username="left", is_active=False)


def book(*rows, above=(), sheets=(), finish=lambda sheet: None):
    made = Workbook()
    for row in (*above, *rows):
        made.active.append(row)
    for title in sheets:
        made.create_sheet(title).append(["说明"])
    finish(made.active)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def another(sheet, title, *rows, state="visible"):
    """A further worksheet behind this one."""
    made = sheet.parent.create_sheet(title)
    made.sheet_state = state
    for row in rows:
        made.append(row)


def text(*rows, delimiter=",", encoding="utf-8"):
    content = io.StringIO()
    csv.writer(content, delimiter=delimiter).writerows(rows)
    return content.getvalue().encode(encoding)


def rewritten(part, content, replacement):
    """A workbook in which one part says something else: `replacement` is text, or a function of the text there is."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            said = old.read(name)
            if name == part:
                said = replacement(said.decode()) if callable(replacement) else replacement
            new.writestr(name, said)
    return file.getvalue()


def sheet(data, before="", after=""):
    said = f'<?xml version="1.0"?>{before}<worksheet xmlns="{XML}"><sheetData>{data}</sheetData>{after}</worksheet>'
    return rewritten("xl/worksheets/sheet1.xml", book(["a"]), said)


def units(name, found, *words, rows=(), **options):
    CASES.append(Case(name, UNITS, lambda: book(*rows, **options), found, words))


def people(name, found, *words, rows=(), **options):
    CASES.append(Case(name, PEOPLE, lambda: book(*rows, **options), found, words))


# Plain tables, and their look.
units("a table like the template", (1, 0, 1, 0), "全称：泾县丁家桥镇人民政府", rows=[HEAD, TAOHUATAN, NEW])
units("titles merged above the headings", (1, 0, 0, 0), rows=[HEAD, NEW], above=[["宣城市乡镇街道名单"], ["填报单位：泾县", None, "2021年9月"], []], finish=lambda sheet: sheet.merge_cells("A1:E1"))
units("blank rows between and at the end", (1, 0, 1, 0), rows=[HEAD, [], TAOHUATAN, [None, " ", "　"], [], NEW, [], [""], []])
units("lines formatted far below", (1, 0, 0, 0), rows=[HEAD, NEW], finish=lambda sheet: [sheet.cell(row, 1).__setattr__("fill", PatternFill("solid", "FFFF00")) for row in (5000, 60_000)])
units("columns in another order", (1, 0, 0, 0), "上级单位：泾县", rows=[["序号", "所属县区", "简称", "单位名称", "单位类别", "行政区划代码"], [1, "泾县", "丁家桥镇", "丁家桥镇", "乡镇", "341823107"]])
units("extra columns are ignored", (1, 0, 0, 0), rows=[[*HEAD, "联系人", "手机", "备注"], [*NEW, "方小敏", "13800000007", "新设"]])
units("headings with stars, spaces and hints", (1, 0, 0, 0), rows=[["*单位 代码", "单位全称（必填）", "简　称", "种类：", "上级单位（可不填）"], NEW])
units("the headings again on each printed page", (1, 0, 1, 0), rows=[HEAD, TAOHUATAN, HEAD, NEW])
units("totals and signatures under the table", (1, 0, 0, 0), rows=[HEAD, NEW, ["合计", "1个"], ["填表人：方小敏", None, "审核人：章小审"], ["注：以上名单以民政部门为准"]])
units("two sheets, the first counts", (1, 0, 0, 0), rows=[HEAD, NEW], sheets=["填表说明"])
units("one sheet per county", (1, 0, 0, 0), "全称：泾县丁家桥镇人民政府", rows=[HEAD, NEW], finish=lambda sheet: another(sheet, "旌德县", HEAD, MIAOSHOU))
units("an explanation left open", (0, 0, 1, 0), rows=[["填表说明"], ["姓名", "填写真实姓名"]], finish=lambda sheet: another(sheet, "旌德县", HEAD, MIAOSHOU))
units("an empty sheet left open", (0, 0, 1, 0), finish=lambda sheet: another(sheet, "旌德县", HEAD, MIAOSHOU))
units("an explanation and a hidden table", (0, 0, 0, 0), rows=[["填表说明"], ["单位名称", "填写单位全称"]], finish=lambda sheet: another(sheet, "旧表", HEAD, MIAOSHOU, state="hidden"))
units("the county merged over its rows", (2, 0, 0, 0), "上级单位：旌德县", rows=[["所属县区", "单位代码", "单位名称", "种类"], ["旌德县", "341825111", "兴隆镇", "镇"], [None, "341825112", "俞村镇", "镇"]], finish=lambda sheet: sheet.merge_cells("A2:A3"))
units("a comment at a heading", (1, 0, 0, 0), rows=[HEAD, NEW], finish=lambda sheet: sheet["A1"].__setattr__("comment", Comment("必填", "市办")))
units("headings only", (0, 0, 0, 0), rows=[HEAD])

# Codes and numbers.
units("codes as numbers", (1, 0, 1, 0), "单位代码：341823107", rows=[HEAD, [341823103, *TAOHUATAN[1:4], 341823], [341823107.0, *NEW[1:4], 341823.0]])
units("codes in full-width digits", (1, 0, 1, 0), "单位代码：341823107", rows=[HEAD, ["３４１８２３１０３", *TAOHUATAN[1:]], ["３４１８２３１０７", *NEW[1:]]])
units("codes with spaces around", (0, 0, 1, 0), rows=[HEAD, [" 341823103　", *TAOHUATAN[1:]]])
units("codes of twelve digits", (1, 0, 1, 0), "单位代码：341823107", rows=[HEAD, ["341823103000", *TAOHUATAN[1:4], "341823000000"], ["341823107000", *NEW[1:]]])
units("a code with signs", (0, 0, 0, 1), "A2", "单位代码“3418/07”只能用数字、字母和连字符", rows=[HEAD, ["3418/07", *NEW[1:]]])
units("a code that a formula lost", (0, 0, 0, 1), "A2", "公式错误 #N/A", rows=[HEAD, ["#N/A", *NEW[1:]]])
units("kind and parent follow from the code", (1, 0, 0, 0), "种类：township", "上级单位：泾县", rows=[["区划代码", "名称"], ["341823107", "丁家桥镇"]])
units("a new county and its townships in one table", (2, 0, 0, 0), "种类：county", "上级单位：宁国市", rows=[["区划代码", "名称"], ["341881100", "港口镇"], ["341881", "宁国市"]])
units("dates in every spelling", (5, 0, 0, 0), "启用日期：2021-09-01", rows=[
    [*HEAD, "启用日期"], *[[f"34182320{n}", f"泾县新{name}乡人民政府", f"新{name}乡", "乡", "泾县", day] for n, (name, day) in enumerate(
        zip("一二三四五", [datetime(2021, 9, 1), "2021年9月1日", "2021.9.1", "２０２１／９／１", 44440], strict=True))],
])
units("a date that is none", (0, 0, 0, 1), "F2", "“二〇二一年”不是日期", rows=[[*HEAD, "启用日期"], [*NEW, "二〇二一年"]])
units("closed before it began", (0, 0, 0, 1), "G2", "停用日期要晚于启用日期", rows=[[*HEAD, "启用日期", "停用日期"], [*NEW, "2021-09-01", "2021-08-01"]])

# Names with and without what stands around them.
for spelled in ["泾县桃花潭镇", "桃花潭镇人民政府", "桃花潭镇", "泾县桃花潭镇人民政府", "宣城市泾县桃花潭镇", "安徽省宣城市泾县桃花潭镇人民政府", "桃花潭镇政府", "桃 花 潭 镇"]:
    units(f"known as {spelled}", (0, 0, 1, 0), rows=[["单位代码", "单位名称"], ["341823103", spelled]])
    units(f"found by {spelled} alone", (0, 0, 1, 0), rows=[["单位名称", "联系人", "手机"], [spelled, "方小敏", "13800000007"]])
units("a street without its office", (0, 0, 1, 0), rows=[["单位名称", "上级单位"], ["广德市桃州街道", "广德市"]])
units("a bureau with the city's name and without", (0, 0, 3, 0), rows=[["机构名称", "种类"], ["教育体育局", "市直"]] + [["宣城市政务公开办公室", "市政务公开办"], ["泾县人民政府", "县"]])
units("two units of one name", (0, 0, 0, 1), "A2", "“云岭镇”有 2 个单位：泾县 云岭镇（341823106）、旌德县 云岭镇（341825110）", rows=[["单位名称", "简称"], ["云岭镇", "云岭"]])
units("the county tells which", (0, 1, 0, 0), "简称：云岭镇 → 云岭", rows=[["所属县区", "单位名称", "简称"], ["旌德县", "云岭镇", "云岭"]])
units("by its former name", (0, 0, 1, 0), "按曾用名找到，现名云岭镇", rows=[["单位名称", "种类"], ["泾县章渡镇", "镇"]])
units("a name that is nobody's and no code", (0, 0, 0, 1), "A2", "没有叫“新设镇”的单位；新单位要填单位代码", rows=[["单位名称", "种类"], ["新设镇", "镇"]])
units("another name for a known code", (0, 1, 0, 0), "全称：泾县桃花潭镇人民政府 → 泾县桃花潭街道办事处", "简称：桃花潭镇 → 桃花潭街道", rows=[["单位代码", "单位全称"], ["341823103", "泾县桃花潭街道办事处"]])
units("a known name under a new code", (0, 0, 0, 1), "A2", "已经有泾县 桃花潭镇（341823103），代码不同", rows=[HEAD, ["341823188", *TAOHUATAN[1:]]])

# What is wrong.
units("the same unit twice", (1, 0, 0, 1), "A3", "与第 2 行是同一个单位", rows=[HEAD, NEW, NEW])
units("a kind nobody knows", (0, 0, 0, 1), "D2", "不认识种类“开发区”，可以填", rows=[HEAD, [*NEW[:3], "开发区", "泾县"]])
units("no kind and no way to tell", (0, 0, 0, 1), "新单位要填种类", rows=[["单位代码", "单位全称"], ["B-99", "市新设局"]])
units("a parent that is not there", (0, 0, 0, 1), "E2", "没有叫“歙县”的单位", rows=[HEAD, [*NEW[:4], "歙县"]])
units("a county that is not there", (0, 0, 0, 1), "D2", "没有叫“歙县”的县（市、区）", rows=[["单位代码", "单位名称", "种类", "县区"], ["341021100", "徽城镇", "镇", "歙县"]])
units("parents in a circle", (0, 0, 0, 2), "上级单位绕成了一圈", rows=[HEAD, ["S-001", "甲校", "甲校", "市直单位", "S-002"], ["S-002", "乙校", "乙校", "市直单位", "S-001"]])
units("its own parent", (0, 0, 0, 1), "E2", "上级单位不能是单位自己", rows=[HEAD, ["S-001", "甲校", "甲校", "市直单位", "S-001"]])
units("below a row that is wrong", (0, 0, 0, 2), "E3", "上级单位在第 2 行，那一行有错误", rows=[HEAD, ["S-001", "甲局", "甲局", "开发区", ""], ["S-002", "甲局下属中心", "甲局下属中心", "市直单位", "S-001"]])
units("a name that is too long", (0, 0, 0, 1), "B2", "超过 100 个字", rows=[HEAD, [NEW[0], "长" * 101, *NEW[2:]]])
units("formulas in front of names stay text", (1, 0, 0, 0), "全称：+丁家桥镇", rows=[HEAD, [NEW[0], "+丁家桥镇", *NEW[2:]]])

# Text files, and what is pasted.
CASES += [
    Case("csv in UTF-8", UNITS, lambda: text(HEAD, NEW), (1, 0, 0, 0), ()),
    Case("csv in UTF-8 with a mark", UNITS, lambda: text(HEAD, NEW, encoding="utf-8-sig"), (1, 0, 0, 0), ()),
    Case("csv in GB18030", UNITS, lambda: text(HEAD, NEW, encoding="gb18030"), (1, 0, 0, 0), ("全称：泾县丁家桥镇人民政府",)),
    Case("csv with a rare character in GB18030", UNITS, lambda: text(HEAD, [NEW[0], "泾县𬜬村", "𬜬村", *NEW[3:]], encoding="gb18030"), (1, 0, 0, 0), ("全称：泾县𬜬村",)),
    Case("Excel's Unicode text", UNITS, lambda: text(HEAD, NEW, delimiter="\t", encoding="utf-16"), (1, 0, 0, 0), ()),
    Case("semicolons", UNITS, lambda: text(HEAD, NEW, delimiter=";"), (1, 0, 0, 0), ()),
    Case("a block copied from Excel", UNITS, lambda: text(HEAD, TAOHUATAN, NEW, delimiter="\t"), (1, 0, 1, 0), ()),
    Case("a line that names the separator", UNITS, lambda: b"sep=;\r\n" + text(HEAD, NEW, delimiter=";"), (1, 0, 0, 0), ()),
    Case("a comma inside quotes", UNITS, lambda: text(HEAD, [NEW[0], "泾县丁家桥镇人民政府,办公室", *NEW[2:]]), (1, 0, 0, 0), ("全称：泾县丁家桥镇人民政府,办公室",)),
    Case("apostrophes before codes", UNITS, lambda: text(HEAD, ["'341823103", *TAOHUATAN[1:]]), (0, 0, 1, 0), ()),
    Case("a quote without its pair", UNITS, lambda: text(HEAD) + b'"341823107,x', "文件不是完整的 CSV：有引号没有成对", ()),
    Case("a picture called csv", UNITS, lambda: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "文件打不开：请用 Excel 或 WPS 另存", ()),
    Case("blank lines only", UNITS, lambda: b"\r\n ,,\r\n", "表格是空的", ()),
]

# People.
people("people with all that is usual", (1, 0, 1, 0), "账号自动生成：13800000007", "单位：泾县 桃花潭镇（341823103）", rows=[WHO, KNOWN, NEWCOMER])
people("headings of another office", (1, 0, 0, 0), "联系电话：13800000007", rows=[["序号", "所属县区", "单位名称", "联系人", "职务", "电话"], [1, "泾县", "云岭镇", "方小敏", "主任", 13800000007.0]])
people("two columns for phones", (1, 0, 0, 0), "联系电话：13800000007", rows=[["姓名", "单位", "办公电话", "手机"], ["方小敏", "市教体局", "0563-3022000", "13800000007"]])
people("phones as numbers, with spaces and a country", (3, 0, 0, 0), "联系电话：13800000009", rows=[WHO, ["甲小一", "庙首镇", 13800000007, ""], ["乙小二", "庙首镇", "138 0000 0008", ""], ["丙小三", "庙首镇", "+86 138-0000-0009", ""]])
people("a phone in full-width digits", (1, 0, 0, 0), "账号自动生成：13800000007", rows=[WHO, ["方小敏", "桃花潭镇", "１３８０００００００７", "填报员"]])
people("a phone in powers of ten", (0, 0, 0, 1), "C2", "科学计数", rows=[WHO, ["方小敏", "桃花潭镇", "1.38E+10", ""]])
people("a phone a digit short", (0, 0, 0, 1), "C2", "“1380000000”不是 11 位手机号", rows=[WHO, ["方小敏", "桃花潭镇", "1380000000", ""]])
people("words instead of a phone", (0, 0, 0, 1), "C2", "不是电话号码", rows=[WHO, ["方小敏", "桃花潭镇", "见通讯录", ""]])
people("no mobile: the unit's code and a number", (2, 0, 0, 0), "账号自动生成：3418-B03-01", "账号自动生成：3418-B03-02", rows=[WHO, ["甲小一", "市教体局", "0563-3022000", ""], ["乙小二", "市教体局", "", ""]])
people("two of one name in one unit", (1, 0, 0, 1), "A3", "与第 2 行同单位同姓名", rows=[WHO, ["甲小一", "市教体局", "", ""], ["甲小一", "市教体局", "", ""]])
people("a name spread over three places", (0, 0, 1, 0), rows=[WHO, ["汪 小 桃", "桃花潭镇", "13900000001", ""]])
people("known by name and unit", (0, 1, 0, 0), "联系电话：0563-5023456 → 0563-5020000", rows=[["姓名", "单位", "电话"], ["查小慧", "泾县桃花潭镇", "0563-5020000"]])
people("an account column", (1, 1, 0, 0), "账号：fangxm", "邮箱：cha@example.com → new@example.com", rows=[["账号", *WHO, "邮箱"], ["fangxm", *NEWCOMER, ""], ["ChaXiaohui", "查小慧", "桃花潭镇", "", "", "new@example.com"]])
people("an account with spaces in it", (0, 0, 0, 1), "A2", "账号“fang/xm”只能用", rows=[["账号", *WHO], ["fang/xm", *NEWCOMER]])
people("one account twice", (1, 0, 0, 1), "C3", "与第 2 行是同一个账号 13800000007", rows=[WHO, NEWCOMER, ["方小慧", *NEWCOMER[1:]]])
people("somebody else's phone", (0, 0, 0, 1), "C2", "13900000001是汪小桃的账号（13900000001）", rows=[WHO, ["方小敏", "桃花潭镇", "13900000001", ""]])
people("an account that is disabled", (0, 0, 0, 1), "A2", "账号 left 已经停用", rows=[["账号", "姓名", "单位"], ["left", "离小职", "桃花潭镇"]])
people("an e-mail that is none", (0, 0, 0, 1), "D2", "不是邮箱地址", rows=[["姓名", "单位", "手机", "邮箱"], ["方小敏", "桃花潭镇", "13800000007", "fang@"]])
people("a unit of two counties", (0, 0, 0, 1), "B2", "“云岭镇”有 2 个单位", "请写明县（市、区），或填单位代码", rows=[WHO, ["方小敏", "云岭镇", "13800000007", ""]])
for spelled, told in [
    ("市教育局", "广德市 广德市教育局（341882-B01）"), ("县教育局", "旌德县 旌德县教育局（341825-B01）"), ("广德教育局", "广德市 广德市教育局（341882-B01）"),
    ("旌德县教育局", "旌德县 旌德县教育局（341825-B01）"), ("宣城市广德市教育局", "广德市 广德市教育局（341882-B01）"), ("教体局", "市教体局（3418-B03）"),
    ("宣城教体局", "市教体局（3418-B03）"), ("市教育体育局", "市教体局（3418-B03）"), ("宣城教育体育局", "市教体局（3418-B03）"), ("旌德庙首镇", "旌德县 庙首镇（341825103）"),
    ("宣城市财政局", "财政局（3418-B07）"), ("财政局", "财政局（3418-B07）"), ("广德财政局", "广德市 广德市财政局（341882-B07）"),
]:
    people(f"a unit shortened to {spelled}", (1, 0, 0, 0), f"单位：{told}", rows=[WHO, ["方小敏", spelled, "13800000007", ""]])
for spelled, told in [
    ("教育局", "旌德县 旌德县教育局（341825-B01）、广德市 广德市教育局（341882-B01）"), ("市财政局", "财政局（3418-B07）、广德市 广德市财政局（341882-B07）"),
]:
    people(f"several units fit {spelled}", (0, 0, 0, 1), "B2", f"“{spelled}”有 2 个单位：{told}", rows=[WHO, ["方小敏", spelled, "13800000007", ""]])
for spelled in ["区教育局", "泾县教育局", "合肥市教育体育局", "合肥教育体育局", "泾桃花潭镇", "德庙首镇"]:
    people(f"no unit is called {spelled}", (0, 0, 0, 1), "B2", f"没有叫“{spelled}”的单位", rows=[WHO, ["方小敏", spelled, "13800000007", ""]])
people("a county without its last sign", (1, 0, 0, 0), "单位：旌德县 旌德县教育局", rows=[["县（市、区）", *WHO], ["旌德", "方小敏", "教育局", "13800000007", ""]])
people("the county tells which 市", (1, 0, 0, 0), "单位：广德市 广德市财政局", rows=[["县（市、区）", *WHO], ["广德市", "方小敏", "市财政局", "13800000007", ""]])
people("the county in a column of its own", (1, 0, 0, 0), "单位：旌德县 云岭镇", rows=[["县（市、区）", *WHO], ["旌德县", "方小敏", "云岭镇", "13800000007", ""]])
people("the unit by its code", (1, 0, 0, 0), "单位：旌德县 云岭镇", rows=[["姓名", "单位代码", "手机"], ["方小敏", 341825110, "13800000007"]])
people("code and name of different units", (0, 0, 0, 1), "C2", "代码 341825110 是云岭镇，与名称“桃花潭镇”不一致", rows=[["姓名", "单位代码", "单位名称", "手机"], ["方小敏", "341825110", "桃花潭镇", "13800000007"]])
people("a unit that is closed", (0, 0, 0, 1), "B2", "旧乡已于 2020-01-01 并入桃花潭镇，请改填新单位", rows=[WHO, ["方小敏", "旧乡", "13800000007", ""]])
people("nobody's unit", (0, 0, 0, 1), "B2", "没有叫“新设镇”的单位", rows=[WHO, ["方小敏", "新设镇", "13800000007", ""]])
people("no name", (0, 0, 0, 1), "A2", "请填写姓名", rows=[WHO, ["", "桃花潭镇", "13800000007", ""]])
people("several roles, as offices write them", (1, 0, 0, 0), "县级审核员：授予", "填报员：授予", "验收员：授予", rows=[WHO, ["方小敏", "泾县", "13800000007", "填报员、县级审核员；验收员"]])
people("a role nobody knows", (0, 0, 0, 1), "D2", "不认识角色“股长”", rows=[WHO, [*NEWCOMER[:3], "股长"]])
people("a county's clerk in a township", (0, 0, 0, 1), "D2", "县级审核员的单位应是县（市、区），桃花潭镇不是", rows=[WHO, [*NEWCOMER[:3], "县级审核员"]])
people("the administrator's role", (0, 0, 0, 1), "D2", "系统管理员不能用表格授予", rows=[WHO, [*NEWCOMER[:3], "系统管理员"]])
people("a role of the office", (1, 0, 0, 0), "市政务公开办：授予", rows=[WHO, ["方小敏", "市政务公开办", "13800000007", "市政务公开办"]])
people("roles with their days", (1, 0, 0, 0), "验收员：2021-09-01—2021-12-31", rows=[[*WHO, "起始日期", "终止日期"], [*NEWCOMER[:3], "验收员", "2021.9.1", "2021年12月31日"]])
people("a role that ends before it begins", (0, 0, 0, 1), "F2", "终止日期应晚于起始日期", rows=[[*WHO, "起始日期", "终止日期"], [*NEWCOMER, "2021-09-01", "2021-09-01"]])
CASES.append(Case("people copied from Excel, with line breaks in cells", PEOPLE, lambda: text(WHO, ["方小\n敏", *NEWCOMER[1:]], delimiter="\t"), (1, 0, 0, 0), ("姓名：方小敏",)))
CASES.append(Case("people in csv of an older Excel", PEOPLE, lambda: text(WHO, NEWCOMER, encoding="gb18030"), (1, 0, 0, 0), ()))


# Files that are something else, or are made to hurt.
def lying():
    """The container says of its largest part that it is a few bytes long."""
    content = bytearray(sheet("<row><c><v>1</v></c></row>" * 1000))
    place = content.rindex(b"xl/worksheets/sheet1.xml") - 46
    content[place + 24:place + 28] = (10).to_bytes(4, "little")
    return bytes(content)


def bomb():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/worksheets/sheet1.xml", "w") as member:
        for _piece in range(300):
            member.write(b" " * 1024**2)
    return file.getvalue()


ENTITIES = "<!DOCTYPE x [" + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(9)) + "]>"
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
CASES += [
    Case("an .xls called .xlsx", UNITS, lambda: OLD + "Workbook".encode("utf-16-le"), "这是旧格式的文件（xls、et 或 wps）", ()),
    Case("a workbook with a password", UNITS, lambda: OLD + "EncryptedPackage".encode("utf-16-le"), "表格设了打开密码", ()),
    Case("a web page called xls", UNITS, lambda: b"<html><table><tr><td>1</td></tr></table></html>", "这其实是网页或 XML 文件", ()),
    Case("a Word document", UNITS, lambda: rewritten("xl/workbook.xml", book(["a"]), "<document/>"), "表格打不开", ()),
    Case("half a workbook", UNITS, lambda: book(HEAD, NEW)[:-200], "表格打不开", ()),
    Case("an entity bomb", UNITS, lambda: sheet('<row r="1"><c r="A1" t="str"><v>&e8;</v></c></row>', before=ENTITIES), "文件里有表格不该有的内容（DTD）", ()),
    Case("an entity from outside", UNITS, lambda: sheet("<row/>", before='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "文件里有表格不该有的内容（DTD）", ()),
    Case("a container that unpacks to 300 MB", UNITS, bomb, "表格太大", ()),
    Case("a container that lies about its size", UNITS, lying, "表格打不开", ()),
    Case("a cell at the far end", UNITS, lambda: sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "表格太大", ()),
    Case("200,000 rows", UNITS, lambda: sheet("<row><c><v>1</v></c></row>" * 200_000), "表格太大", ()),
    Case("more columns than a table has", UNITS, lambda: sheet('<row r="1">' + "<c><v>1</v></c>" * 300 + "</row>"), "表格太大", ()),
]
