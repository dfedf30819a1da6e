from django.urls import path

from campaigns.views import calendar, dates, ends, parts, settings

app_name = "campaigns"

urlpatterns = [
    path("settings/", settings.settings, name="settings"),
    path("settings/change/", settings.change_settings, name="change_settings"),
    path("<int:pk>/", settings.campaign, name="campaign"),
    path("<int:pk>/change/", settings.change_settings, name="change_campaign"),
    path("<int:pk>/preview/", dates.preview, name="preview"),
    path("<int:pk>/shift-dates/", dates.shift_dates, name="shift_dates"),
    path("<int:pk>/phases/add/", parts.add_phase, name="add_phase"),
    path("<int:pk>/minimums/add/", parts.add_minimum, name="add_minimum"),
    path("minimums/<int:pk>/change/", parts.change_minimum, name="change_minimum"),
    path("phases/<int:pk>/change/", parts.change_phase, name="change_phase"),
    path("tracks/<int:pk>/change/", parts.change_track, name="change_track"),
    path("extensions/", ends.extensions, name="extensions"),
    path("extensions/grant/", ends.grant_extension, name="grant_extension"),
    path("cutoff/", ends.cutoff, name="cutoff"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/day/", calendar.change_day, name="change_day"),
    path("calendar/import/", calendar.import_days, name="import_days"),
]
