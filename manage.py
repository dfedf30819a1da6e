#!/usr/bin/env python
import os
import sys


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xuancheng_portal.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # Wrong settings are the operator's to mend: the sentence helps, a traceback does not.
        sys.exit(f"不能启动 / Cannot start: {error}")


if __name__ == "__main__":
    main()
