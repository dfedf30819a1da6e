from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from inspections.views.phone import service_worker
from xuancheng_portal.views import dashboard, health, rehearsals
from xuancheng_portal.views.archive import archive
from xuancheng_portal.views.home import home
from xuancheng_portal.views.overview import overview

urlpatterns = [
    path("", home, name="home"),
    path("accounts/", include("accounts.urls")),
    path("campaigns/", include("campaigns.urls")),
    path("standards/", include("standards.urls")),
    path("applications/", include("applications.urls")),
    path("inspections/", include("inspections.urls")),
    path("results/", include("results.urls")),
    path("sw.js", service_worker, name="service_worker"),
    path("overview/", overview, name="overview"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/units/", dashboard.dashboard_units, name="dashboard_units"),
    path("dashboard/links/", dashboard.dashboard_links, name="dashboard_links"),
    path("archive/", archive, name="archive"),
    path("rehearsals/", rehearsals.rehearsal_list, name="rehearsal_list"),
    path("rehearsals/leave/", rehearsals.leave_rehearsal, name="leave_rehearsal"),
    path("rehearsals/<int:pk>/", rehearsals.rehearsal, name="rehearsal"),
    path("rehearsals/<int:pk>/move/", rehearsals.move_rehearsal, name="move_rehearsal"),
    path("rehearsals/<int:pk>/enter/", rehearsals.enter_rehearsal, name="enter_rehearsal"),
    path("rehearsals/<int:pk>/delete/", rehearsals.delete_rehearsal, name="delete_rehearsal"),
    path("language/", login_not_required(set_language), name="set_language"),
    path("healthz", health.healthz, name="healthz"),
    path("status/", health.status, name="status"),
    path("admin/", admin.site.urls),
]
