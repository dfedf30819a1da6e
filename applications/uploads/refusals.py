"""A file we do not take, in a sentence for the person who sent it."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "type": _("不支持 .%(extension)s 文件，请转换成以下格式之一再上传：%(allowed)s"),
    "no_extension": _("文件名没有扩展名，看不出是什么文件，请加上扩展名（例如 .pdf）后重新上传"),
    "disguised": _("文件名里藏着 .%(extension)s，容易被误认为程序，请改名后重新上传"),
    "empty": _("这是一个空文件，请确认文件内容后重新上传"),
    "too_big": _("文件超过 %(limit)s，请压缩或拆分"),
    "application_full": _("全部文件合计不能超过 %(limit)s，现在还剩 %(left)s，请压缩文件或先移除不需要的材料"),
    "mismatch": _("文件名以 .%(extension)s 结尾，内容却不是这种格式，请用原来的软件另存为 .%(extension)s 后上传"),
    "mismatch_known": _("文件名以 .%(extension)s 结尾，内容却是“%(actual)s”，请选对文件，或另存为 .%(extension)s 后上传"),
    "damaged": _("文件打不开，可能已损坏或没有传完整，请在电脑上确认能打开，再重新上传"),
    "encrypted": _("文件受密码保护，请去除密码后上传"),
    "macro": _("文件带有宏（自动运行的程序），请另存为不带宏的格式后上传"),
    "tail": _("文件末尾附带了别的内容，请用原来的软件打开并另存一份，上传另存的文件"),
    "animated": _("不接受会动的图片，请截取其中一张静止的画面上传"),
    "pixels": _("图片太大，超过 %(pixels)s 万像素，请缩小后上传"),
    "bomb": _("文件展开后过大，无法安全打开，请删减内容或拆分后上传"),
    "nested": _("文件里还嵌着压缩包，请取出其中的文件，分别上传"),
    "unsafe_archive": _("压缩包里有不安全的内容（程序、链接或异常的文件名），请只保留材料文件，重新打包后上传"),
    "heavy": _("文件内容过于复杂，没能在规定时间内检查完，请简化或拆分后重新上传"),
    "no_room": _("服务器存储空间不足，文件没有保存，请稍后再试，或联系公开办"),
}


class Refused(Exception):
    """A file we do not take. Its text is the sentence for the person who sent it; `reason` is the key of that sentence."""

    def __init__(self, reason, **facts):
        self.reason = reason
        super().__init__(str(SENTENCES[reason]) % facts if facts else str(SENTENCES[reason]))


def too_big():
    return Refused("too_big", limit=megabytes(settings.EVIDENCE_MAX_FILE))


def megabytes(size):
    return f"{round(size / 1024**2, 1):g} MB"


def too_much(used, adding):
    """The sentence when these bytes no longer fit into one application, or nothing."""
    limit = settings.EVIDENCE_MAX_APPLICATION
    if used + adding <= limit:
        return ""
    return str(Refused("application_full", limit=megabytes(limit), left=megabytes(max(0, limit - used))))
