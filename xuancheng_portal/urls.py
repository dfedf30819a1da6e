from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from inspections.views.phone import service_worker
from xuancheng_portal.views import audit, dashboard, first_day, health, help, preparing, rehearsals
from xuancheng_portal.views.archive import archive
from xuancheng_portal.views.handover import handover
from xuancheng_portal.views.home import home
from xuancheng_portal.views.overview import overview
from xuancheng_portal.views.standards import publish_standard, standard_versions

urlpatterns = [
    path("", home, name="home"),
    path("accounts/", include("accounts.urls")),
    path("campaigns/", preparing.campaign_list, name="campaign_list"),
    path("campaigns/new/", preparing.campaign_new, name="campaign_new"),
    path("campaigns/import/", preparing.campaign_import, name="campaign_import"),
    path("campaigns/<int:pk>/copy/", preparing.campaign_copy, name="campaign_copy"),
    path("campaigns/<int:pk>/export/", preparing.campaign_export, name="campaign_export"),
    path("campaigns/<int:pk>/publish/", preparing.campaign_publish, name="campaign_publish"),
    path("campaigns/<int:pk>/delete/", preparing.campaign_delete, name="campaign_delete"),
    path("campaigns/<int:pk>/tracks/add/", preparing.campaign_add_track, name="campaign_add_track"),
    path("campaigns/", include("campaigns.urls")),
    path("standards/", include("standards.urls")),
    path("standards/versions/", standard_versions, name="standard_versions"),
    path("standards/drafts/<int:pk>/publish/", publish_standard, name="publish_standard"),
    path("applications/", include("applications.urls")),
    path("inspections/", include("inspections.urls")),
    path("results/", include("results.urls")),
    path("people/<int:pk>/handover/", handover, name="handover"),
    path("sw.js", service_worker, name="service_worker"),
    path("overview/", overview, name="overview"),
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/units/", dashboard.dashboard_units, name="dashboard_units"),
    path("dashboard/links/", dashboard.dashboard_links, name="dashboard_links"),
    path("archive/", archive, name="archive"),
    path("audit/", audit.audit, name="audit"),
    path("audit/export/", audit.export_audit, name="export_audit"),
    path("audit/verify/", audit.verify_audit, name="verify_audit"),
    path("first-day/", first_day.first_day, name="first_day"),
    path("first-day/dismiss/", first_day.dismiss_first_day, name="dismiss_first_day"),
    path("help/", help.help_index, name="help"),
    path("help/public/", help.handbook_public, name="handbook_public"),
    path("help/<slug:name>/", help.handbook, name="handbook"),
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
