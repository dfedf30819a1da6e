from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "xuancheng_portal"
    verbose_name = "政务公开示范创建门户"
