from django.urls import path

from campaigns import views

app_name = "campaigns"

urlpatterns = [
    path("settings/", views.settings, name="settings"),
    path("settings/change/", views.change_settings, name="change_settings"),
    path("phases/<int:pk>/change/", views.change_phase, name="change_phase"),
    path("tracks/<int:pk>/change/", views.change_track, name="change_track"),
    path("extensions/", views.extensions, name="extensions"),
    path("extensions/grant/", views.grant_extension, name="grant_extension"),
    path("cutoff/", views.cutoff, name="cutoff"),
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/day/", views.change_day, name="change_day"),
    path("calendar/import/", views.import_days, name="import_days"),
]
