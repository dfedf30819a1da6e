"""Is a file whole, and what its name says it is?"""

from .archives import OOXML, check_archive, opens_as_archive
from .compounds import OLE, OLE_MAGIC, check_ole
from .pdfs import check_pdf
from .pictures import check_heic, check_jpg, check_png, check_webp
from .refusing import Rejected


def inspect(data, extension):
    if extension in OOXML or extension in OLE or extension == "zip":
        if data[:8] == OLE_MAGIC:
            check_ole(data, extension)
        else:
            check_archive(data, extension)
    else:
        {"pdf": check_pdf, "jpg": check_jpg, "png": check_png, "heic": check_heic, "webp": check_webp}[extension](data)
    if data[:2] != b"PK" and opens_as_archive(data):
        raise Rejected("tail")
    return ()
