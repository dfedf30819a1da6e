"""Third-party files come out of Python wheels, a short list of them; nothing is fetched from elsewhere."""

from importlib.util import find_spec
from pathlib import Path

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import Error
from django.core.files.storage import FileSystemStorage


def package_folder(name):
    return Path(find_spec(name).origin).parent


BOOTSTRAP = package_folder("bootstrap_wrapper").parent / "bootstrap"
ICONS = package_folder("js_lib_bootstrap_icons") / "static/bootstrap-icons/font"

# The .map files are listed because the manifest storage follows `sourceMappingURL`.
VENDOR = {
    f"vendor/bootstrap/{name}": BOOTSTRAP / name
    for name in (
        "css/bootstrap.min.css",
        "css/bootstrap.min.css.map",
        "js/bootstrap.bundle.min.js",
        "js/bootstrap.bundle.min.js.map",
    )
} | {
    f"vendor/bootstrap-icons/{name}": ICONS / name
    for name in ("bootstrap-icons.min.css", "fonts/bootstrap-icons.woff", "fonts/bootstrap-icons.woff2")
}


class VendorStorage(FileSystemStorage):
    prefix = None

    def path(self, name):
        return str(VENDOR[name.replace("\\", "/")])


class VendorFinder(BaseFinder):
    storage = VendorStorage()

    def find(self, path, find_all=False, **kwargs):
        found = [str(VENDOR[path])] if path in VENDOR else []
        return found if find_all else (found[0] if found else None)

    def list(self, ignore_patterns):
        return ((name, self.storage) for name in VENDOR)

    def check(self, **kwargs):
        return [Error(f"missing {path}", id="assets.E001") for path in VENDOR.values() if not path.exists()]
