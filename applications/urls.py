from django.urls import path

from applications.views import carrying, county, evidence, filling, offline, papers, review

app_name = "applications"

urlpatterns = [
    path("", review.list, name="list"),
    path("start/", filling.start, name="start"),
    path("county/", county.county_list, name="county_list"),
    path("county/order/", county.county_order, name="county_order"),
    path("remind/", review.remind, name="remind"),
    path("<int:pk>/", filling.detail, name="detail"),
    path("<int:pk>/items/<str:code>/", filling.item, name="item"),
    path("<int:pk>/items/<str:code>/add-file/", evidence.add_file, name="add_file"),
    path("<int:pk>/items/<str:code>/add-link/", evidence.add_link, name="add_link"),
    path("<int:pk>/submit/", filling.submit, name="submit"),
    path("<int:pk>/receipt/<int:number>/", filling.receipt, name="receipt"),
    path("<int:pk>/items/<str:code>/confirm-carried/", carrying.confirm_carried, name="confirm_carried"),
    path("<int:pk>/carry-over/", carrying.carry_over, name="carry_over"),
    path("<int:pk>/print-form/", papers.print_form, name="print_form"),
    path("<int:pk>/add-signed-form/", papers.add_signed_form, name="add_signed_form"),
    path("signed-forms/<int:pk>/", papers.signed_form, name="signed_form"),
    path("form-template/", papers.form_template, name="form_template"),
    path("form-template/file/", papers.form_template_file, name="form_template_file"),
    path("<int:pk>/offline/", offline.offline, name="offline"),
    path("<int:pk>/offline/form/", offline.offline_form, name="offline_form"),
    path("offline-uploads/<int:pk>/", offline.offline_preview, name="offline_preview"),
    path("<int:pk>/history/", review.history, name="history"),
    path("<int:pk>/compare/", review.compare, name="compare"),
    path("<int:pk>/withdraw/", filling.withdraw, name="withdraw"),
    path("<int:pk>/take-back/", filling.take_back, name="take_back"),
    path("<int:pk>/county-check/", county.county_check, name="county_check"),
    path("<int:pk>/move-due/", review.move_due, name="move_due"),
    path("evidence/<int:pk>/", evidence.evidence, name="evidence"),
    path("evidence/<int:pk>/preview/", evidence.evidence_preview, name="evidence_preview"),
    path("evidence/<int:pk>/remove/", evidence.remove_evidence, name="remove_evidence"),
    path("evidence/<int:pk>/restore/", evidence.restore_evidence, name="restore_evidence"),
]
