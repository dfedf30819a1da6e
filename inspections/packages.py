"""The backup package a phone exports: one zip, stored without compression, with a manifest and the photos.

Whatever it says about itself is measured before it is believed: our phones write members as they are, so anything packed,
overlapping, encrypted, doubled or oddly named is not ours.
"""

import json
import re
import zipfile
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from inspections.forms.phone import SentPhotoForm, SentRecordForm, said

MANIFEST = "manifest.json"
NAMES = re.compile(r"manifest\.json|photos/[0-9a-f-]{36}\.(jpg|png|heic|webp)")
MAX_MEMBERS = 2000
MAX_MANIFEST = 8 * 1024**2
MAX_PACKAGE = 1024**3
FORMAT = 1


class Unusable(Exception):
    """This file is not a package we take; the text says why and what to do."""


@dataclass
class Package:
    archive: zipfile.ZipFile
    owner: User
    records: list = field(default_factory=list)
    announced: list = field(default_factory=list)

    def photos(self):
        """(what was announced, the open file) one after another."""
        for sent, name in self.announced:
            with self.archive.open(name) as file:
                yield sent, file


def read(file):
    """The package in this uploaded file, checked as a whole before anything of it is used."""
    if file.size > MAX_PACKAGE:
        raise Unusable(_("备份包太大，请联系系统管理员。"))
    try:
        archive = zipfile.ZipFile(file)
        check_members(archive, file.size)
        manifest = json.loads(archive.read(MANIFEST))
    except (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, RuntimeError):
        raise Unusable(_("这个文件不是手机导出的备份包，或者没有传完整，请在手机上重新导出。")) from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise Unusable(_("这个备份包的版本不对，请在手机上更新后重新导出。"))
    owner = User.objects.filter(username=str(manifest.get("user"))).first()
    if owner is None:
        raise Unusable(_("平台里没有备份包写的账号“%(user)s”，请核对是不是本平台的备份包。") % {"user": str(manifest.get("user"))[:60]})
    package = Package(archive, owner)
    for entry in listed(manifest, "records"):
        package.records.append(well_formed(SentRecordForm, entry).sent)
    for entry in listed(manifest, "photos"):
        name = entry.get("file")
        if name not in archive.NameToInfo:
            raise Unusable(_("备份包里少了照片，请在手机上重新导出。"))
        sent = well_formed(SentPhotoForm, entry).sent
        if archive.getinfo(name).file_size != sent.size:
            raise Unusable(_("备份包里的照片大小不对，请在手机上重新导出。"))
        package.announced.append((sent, name))
    return package


def check_members(archive, size):
    members = archive.infolist()
    names = [member.filename for member in members]
    sound = (
        len(members) <= MAX_MEMBERS and len(set(names)) == len(names) and all(NAMES.fullmatch(name) for name in names)
        and all(member.compress_type == zipfile.ZIP_STORED and not member.flag_bits & 1 for member in members)
        and all(member.compress_size == member.file_size <= limit_of(member.filename) for member in members)
        and sum(member.file_size for member in members) <= size
    )
    if not sound:
        raise Unusable(_("这个压缩包不是手机直接导出的，请不要解开再打包，导入手机导出的原文件。"))


def limit_of(name):
    return MAX_MANIFEST if name == MANIFEST else settings.EVIDENCE_MAX_FILE


def listed(manifest, name):
    found = manifest.get(name, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise Unusable(_("备份包的清单读不出来，请在手机上重新导出。"))
    return found


def well_formed(form, entry):
    bound = form(said(json.dumps(entry)))
    if not bound.is_valid():
        raise Unusable(_("备份包里有一条内容损坏了（%(why)s），请在手机上重新导出。") % {"why": "；".join(bound.sentences)[:200]})
    return bound
