"""Which column says what: the usual headings, in any order, and what the person chose instead."""

import re
from collections import namedtuple
from unicodedata import normalize

from django.utils.translation import gettext_lazy as _

from accounts.importing.tables import written
from accounts.models import Import

Field = namedtuple("Field", "key label headings needed")
COUNTY = "所属县（市、区） 所属县区 所属区县 所在县区 所属县 县（市、区） 县区 区县 所属地区 县级单位"
FIELDS = {
    Import.Kind.UNITS: [
        Field("code", _("单位代码"), "单位代码 单位编码 行政区划代码 统计用区划代码 区划代码 机构代码 机构编码 组织机构代码 统一社会信用代码 代码 编码", True),
        Field("name", _("单位全称"), "单位全称 机构全称 全称 单位名称 机构名称 部门名称 乡镇名称 乡镇（街道）名称 名称 单位 部门 乡镇（街道） 乡镇", True),
        Field("short_name", _("简称"), "简称 单位简称 机构简称", False),
        Field("kind", _("种类"), "种类 单位种类 单位类别 单位类型 机构类型 机构类别 单位性质 类别 类型 性质", False),
        Field("parent", _("上级单位"), "上级单位代码 上级代码 上级单位 上级单位名称 上级机构 主管单位 主管部门", False),
        Field("county", _("所属县（市、区）"), COUNTY, False),
        Field("valid_from", _("启用日期"), "启用日期 生效日期 设立日期 成立日期", False),
        Field("valid_until", _("停用日期"), "停用日期 失效日期 撤销日期", False),
    ],
    Import.Kind.PEOPLE: [
        Field("username", _("账号"), "账号 帐号 登录账号 用户账号 用户名 登录名", False),
        Field("name", _("姓名"), "姓名 人员姓名 联系人姓名 联系人 名字 填报人 经办人", True),
        Field("unit_code", _("单位代码"), "单位代码 单位编码 行政区划代码 区划代码 机构代码 组织机构代码", False),
        Field("unit", _("单位名称"), "单位名称 单位全称 所在单位 工作单位 所属单位 单位 机构名称 部门名称 部门 乡镇（街道） 乡镇", True),
        Field("county", _("所属县（市、区）"), COUNTY, False),
        Field("phone", _("联系电话"), "手机号码 手机号 手机 移动电话 联系电话 联系方式 电话号码 电话 办公电话", False),
        Field("email", _("邮箱"), "邮箱 电子邮箱 邮箱地址 电子邮件 email e-mail mail 邮件", False),
        Field("roles", _("角色"), "角色 用户角色 系统角色 岗位角色 权限", False),
        Field("starts_on", _("角色起始日期"), "角色起始日期 起始日期 开始日期 生效日期", False),
        Field("ends_on", _("角色终止日期"), "角色终止日期 终止日期 结束日期 截止日期 有效期至", False),
    ],
}
LOOKED_THROUGH = 30  # rows above the table


def heading(value):
    """A heading without spaces, stars, brackets and marks between words."""
    return re.sub(r"[\s*:()\[\]、,/。.]", "", normalize("NFKC", written(value)).lower())


def bare(value):
    """The same without what stands in brackets: 姓名（必填）."""
    return heading(re.sub(r"[（(\[【].*?[)）\]】]", "", written(value)))


def recognised(kind, cells):
    """{field: index of its column}; a heading earlier in the field's list wins, then the column further to the left."""
    whole, without = [heading(cell) for cell in cells], [bare(cell) for cell in cells]
    found = {}
    for field in FIELDS[kind]:
        wanted = [heading(word) for word in field.headings.split()]
        for spelled in (whole, without):
            places = [(wanted.index(word), place) for place, word in enumerate(spelled) if word in wanted and place not in found.values()]
            if places and field.key not in found:
                found[field.key] = min(places)[1]
    return found


def has_header(kind, rows):
    """Whether the first rows of a worksheet hold the headings of such a table. A single one stands in many an explanation, too."""
    return len(header_of(kind, list(enumerate(rows, 1)))[1]) > 1 if rows else False


def header_of(kind, rows):
    """(number of the row with most headings, its columns); the first row of at least two cells when there is none."""
    best = (0, 0, {})
    for number, cells in rows[:LOOKED_THROUGH]:
        if any(re.search(r"\d{5}", written(cell)) for cell in cells):
            continue  # headings hold no codes and no phone numbers
        columns = recognised(kind, cells)
        if len(columns) > best[0]:
            best = (len(columns), number, columns)
    if best[0]:
        return best[1:]
    return next((number for number, cells in rows[:LOOKED_THROUGH] if len(cells) > 1), rows[0][0]), {}
