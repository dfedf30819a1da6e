"""PDF documents: opened, and looked at as a whole."""

from .refusing import Rejected


def open_pdf(data):
    import pypdfium2  # each kind of file loads only its own reader: half of a child's short life is imports

    try:
        return pypdfium2.PdfDocument(bytes(data))
    except pypdfium2.PdfiumError as error:
        password = error.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD
        raise Rejected("encrypted" if password else "damaged") from None


def check_pdf(data):
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise Rejected("damaged")
    rest = data[end + 5 :]
    if rest.strip(b"\0\t\n\f\r "):
        raise Rejected("damaged" if b"obj" in rest else "tail")
    document = open_pdf(data)
    if not len(document):
        raise Rejected("damaged")
    for number in {0, len(document) - 1}:
        width, height = document[number].get_size()
        if not (width > 0 and height > 0):
            raise Rejected("damaged")
