from django.urls import path

from campaigns.views import settings as views

app_name = "campaigns"

urlpatterns = [
    path("settings/", views.settings, name="settings"),
    path("settings/change/", views.change_settings, name="change_settings"),
    path("<int:pk>/", views.campaign, name="campaign"),
    path("<int:pk>/change/", views.change_settings, name="change_campaign"),
    path("<int:pk>/preview/", views.preview, name="preview"),
    path("<int:pk>/shift-dates/", views.shift_dates, name="shift_dates"),
    path("<int:pk>/phases/add/", views.add_phase, name="add_phase"),
    path("<int:pk>/minimums/add/", views.add_minimum, name="add_minimum"),
    path("minimums/<int:pk>/change/", views.change_minimum, name="change_minimum"),
    path("phases/<int:pk>/change/", views.change_phase, name="change_phase"),
    path("tracks/<int:pk>/change/", views.change_track, name="change_track"),
    path("extensions/", views.extensions, name="extensions"),
    path("extensions/grant/", views.grant_extension, name="grant_extension"),
    path("cutoff/", views.cutoff, name="cutoff"),
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/day/", views.change_day, name="change_day"),
    path("calendar/import/", views.import_days, name="import_days"),
]
