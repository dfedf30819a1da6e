"""Somebody at a browser without script: opens addresses, follows links, fills in forms as the page gives them.

A field that the page does not offer cannot be typed into, a choice that it does not list cannot be made, and a button
that it does not show cannot be pressed: what these tests do, a person can do.
"""

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin

from django.test import Client, TestCase
from django.urls import reverse

from accounts.tests.factories import PASSWORD


class Page(HTMLParser):
    """The links, forms, controls and buttons of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.forms, self.controls, self.buttons, self.labels = [], [], [], [], {}
        self.form, self.label, self.listening = None, None, []
        self.feed(text)

    def handle_starttag(self, tag, pairs):
        attributes = {name: value or "" for name, value in pairs}
        heard = {"tag": tag, "text": "", "form": attributes.get("form") or self.form, **attributes}
        if tag == "form":
            self.form = attributes.get("id") or f"form-{len(self.forms)}"
            self.forms.append({"id": self.form, "method": "get", "action": "", **attributes})
        elif tag == "label":
            self.label = heard
            self.listening.append(heard)
        elif tag == "a":
            self.links.append(heard)
            self.listening.append(heard)
        elif tag == "button":
            self.buttons.append(heard)
            self.listening.append(heard)
        elif tag == "input" and attributes.get("type") == "submit":
            self.buttons.append(heard | {"text": attributes.get("value", "")})
        elif tag in ("input", "select", "textarea"):
            heard |= {"type": attributes.get("type", "text") if tag == "input" else tag, "choices": [], "wrapped": self.label}
            self.controls.append(heard)
            if tag == "textarea":
                self.listening.append(heard)
        elif tag == "option":
            choice = {"tag": tag, "text": "", "value": attributes.get("value", ""), "selected": "selected" in attributes}
            self.controls[-1]["choices"].append(choice)
            self.listening.append(choice)

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        if tag == "label" and self.label:
            self.labels[self.label.get("for", "")] = self.label["text"]
            self.label = None
        self.listening = [heard for heard in self.listening if heard["tag"] != tag]

    def handle_data(self, data):
        for heard in self.listening:
            heard["text"] += data

    def words_of(self, control):
        """What the control's label says."""
        words = self.labels.get(control.get("id", "-"), "") or (control["wrapped"] or {}).get("text", "")
        return tidy(words)


def tidy(text):
    return re.sub(r"\s+", " ", text).strip()


def one(found, words, what):
    """The single one of these whose text is, or else contains, the words."""
    chosen = [each for each in found if tidy(each["text"]) == words] or [each for each in found if words in tidy(each["text"])]
    assert chosen, f"{what} “{words}” is not on the page: {[tidy(each['text']) for each in found]}"
    assert len({each.get("href", number) for number, each in enumerate(chosen)}) == 1, f"{len(chosen)} times {what} “{words}” on the page"
    return chosen[0]


class Visitor:
    """Nobody in particular, not signed in."""

    def __init__(self):
        self.client = Client()

    def open(self, address, *args, status=200):
        self.address = address if address.startswith("/") else reverse(address, args=args)
        return self.arrive(self.client.get(self.address, follow=True), status)

    def arrive(self, response, status=200):
        self.response = response
        self.address = response.redirect_chain[-1][0] if response.redirect_chain else self.address
        self.html = response.content.decode() if "html" in response["Content-Type"] else ""
        assert response.status_code == status, (response.status_code, self.address, self.complaints())
        return self

    @property
    def text(self):
        """What the page says, without its tags; a space between what stands in different blocks."""
        return tidy(unescape(re.sub(r"<[^>]*>", " ", re.sub(r"</?(?:a|b|small|span|svg|use)\b[^>]*>", "", self.html))))

    @property
    def page(self):
        return Page(self.html)

    def complaints(self):
        return [tidy(re.sub(r"<[^>]*>", "", part)) for part in re.findall(r'role="alert".*?</(?:div|section)>|class="problem".*?</p>', self.html, re.S)]

    def sees(self, *words):
        text = self.text
        for each in words:
            assert each in text, f"“{each}” is not on {self.address}: {self.complaints()} {text[:1500]}"
        return self

    def follow(self, words, to=""):
        """A link by what it says; `to` is a part of its address, where several say the same."""
        link = one([link for link in self.page.links if to in link.get("href", "")], words, "the link")
        return self.open(urljoin(self.address, link["href"]))

    def send(self, button, *, to="", status=200, **typed):
        """Press a button after filling in its form; `to` is a part of the form's address, where several say the same."""
        page = self.page
        forms = {form["id"]: form for form in page.forms}
        pressed = one([each for each in page.buttons if to in address_of(each, forms) and "disabled" not in each], button, "the button")
        form = forms[pressed["form"]]
        data = fill(page, [control for control in page.controls if control["form"] == form["id"]], typed)
        if pressed.get("name"):
            data[pressed["name"]] = pressed.get("value", "")
        address = urljoin(self.address, address_of(pressed, forms))
        self.address = address
        with TestCase.captureOnCommitCallbacks(execute=True):
            response = self.client.post(address, data, follow=True) if form["method"] == "post" else self.client.get(address, data, follow=True)
        return self.arrive(response, status)


def address_of(button, forms):
    return button.get("formaction") or forms.get(button["form"], {}).get("action", "")


def fill(page, controls, typed):
    """What a browser would send: what stands in the form, changed by what is typed and chosen."""
    controls = [control for control in controls if control.get("name") and "disabled" not in control]
    names = {control["name"] for control in controls}
    assert set(typed) <= names, f"{set(typed) - names} cannot be filled in; the form has {names}"
    data = {}
    for control in controls:
        name, kind = control["name"], control["type"]
        if kind == "file":
            data |= {name: typed[name]} if typed.get(name) else {}
        elif kind in ("radio", "checkbox"):
            if name in data:
                continue
            boxes = [{"value": box.get("value", "on"), "text": page.words_of(box), "selected": "checked" in box} for box in controls if box["name"] == name]
            data |= {name: found} if (found := chosen(boxes, typed.get(name), name)) else {}
        elif kind == "select":
            data[name] = chosen(control["choices"], typed.get(name), name) or control["choices"][0]["value"]
        else:
            standing = control["text"].removeprefix("\n") if kind == "textarea" else control.get("value", "")
            data[name] = str(typed.get(name, standing))
    return data


def chosen(choices, wanted, name):
    """Values of the choices that are wanted, by value or by what they say; what stands, when nothing is said about them."""
    if wanted is None:
        return [choice["value"] for choice in choices if choice["selected"]]
    if wanted in (True, False):
        return [choices[0]["value"]] if wanted else []
    found = []
    for each in wanted if isinstance(wanted, list) else [wanted]:
        values = [choice["value"] for choice in choices if choice["value"] == str(each)] or [choice["value"] for choice in choices if str(each) in choice["text"]]
        assert len(values) == 1, f"{name}: “{each}” is not one of {[tidy(choice['text']) for choice in choices]}"
        found += values
    return found


class Person(Visitor):
    """Signs in with name and password, as everybody does."""

    def __init__(self, user):
        super().__init__()
        self.user = user
        self.open("accounts:login").send("登录", username=user.username, password=PASSWORD)
        assert self.response.wsgi_request.user == user, self.complaints()
