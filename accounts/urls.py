from django.urls import path

from accounts.views import account, importing, units

app_name = "accounts"

urlpatterns = [
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", account.Logout.as_view(), name="logout"),
    path("password/", account.password_change, name="password_change"),
    path("inbox/", account.inbox, name="inbox"),
    path("inbox/<int:pk>/", account.message, name="message"),
    path("downloads/", account.downloads, name="downloads"),
    path("downloads/<int:pk>/", account.job, name="job"),
    path("downloads/<int:pk>/file/", account.download, name="download"),
    path("units/", units.unit_list, name="unit_list"),
    path("units/new/", units.new_unit, name="new_unit"),
    path("units/export/", units.export_units, name="export_units"),
    path("units/import/", importing.import_units, name="import_units"),
    path("units/template/", importing.units_template, name="units_template"),
    path("units/<int:pk>/", units.unit, name="unit"),
    path("units/<int:pk>/change/", units.change_unit, name="change_unit"),
    path("units/<int:pk>/rename/", units.rename_unit, name="rename_unit"),
    path("units/<int:pk>/merge/", units.merge_unit, name="merge_unit"),
    path("people/import/", importing.import_people, name="import_people"),
    path("people/template/", importing.people_template, name="people_template"),
    path("people/export/", importing.export_people, name="export_people"),
    path("imports/<int:pk>/", importing.table, name="import"),
    path("imports/<int:pk>/columns/", importing.choose_columns, name="choose_columns"),
    path("imports/<int:pk>/apply/", importing.apply_import, name="apply_import"),
    path("imports/<int:pk>/report/", importing.import_report, name="import_report"),
]
