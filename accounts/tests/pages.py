"""A form as a browser sends it: everything the page showed, with what the person changed."""

from html import unescape
from re import search


def opened(client, address):
    """{name: value} of the form on a page, with what the page carries of it."""
    page = client.get(address)
    form = page.context["form"]
    told = {name: form.fields[name].prepare_value(form[name].value()) for name in form.fields}
    told = {name: str(value).replace("\n", "\r\n") if not isinstance(value, bool) else "on" for name, value in told.items() if value is not None and value is not False}
    return told | {"shown": unescape(search('name="shown" value="([^"]*)"', page.content.decode())[1])}
