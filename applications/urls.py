from django.urls import path

from applications.views import county, evidence, filling, review, sharing, typing, uploading, viewing

app_name = "applications"

urlpatterns = [
    path("", review.list, name="list"),
    path("start/", filling.start, name="start"),
    path("county/", county.county_list, name="county_list"),
    path("county/order/", county.county_order, name="county_order"),
    path("remind/", review.remind, name="remind"),
    path("<int:pk>/", filling.detail, name="detail"),
    path("<int:pk>/items/<str:code>/", filling.item, name="item"),
    path("<int:pk>/items/<str:code>/save-field/", typing.save_field, name="save_field"),
    path("<int:pk>/items/<str:code>/editing/", typing.editing, name="editing"),
    path("<int:pk>/items/<str:code>/leave/", typing.leave_item, name="leave_item"),
    path("<int:pk>/items/<str:code>/add-file/", evidence.add_file, name="add_file"),
    path("<int:pk>/items/<str:code>/add-link/", evidence.add_link, name="add_link"),
    path("<int:pk>/assign/", sharing.assign, name="assign"),
    path("<int:pk>/items/<str:code>/files/", uploading.files, name="files"),
    path("<int:pk>/items/<str:code>/reuse-file/", uploading.reuse_file, name="reuse_file"),
    path("<int:pk>/items/<str:code>/start-upload/", uploading.start_upload, name="start_upload"),
    path("<int:pk>/unfinished-uploads/", uploading.unfinished_uploads, name="unfinished_uploads"),
    path("<int:pk>/submit/", filling.submit, name="submit"),
    path("<int:pk>/receipt/<int:number>/", filling.receipt, name="receipt"),
    path("<int:pk>/history/", review.history, name="history"),
    path("<int:pk>/compare/", review.compare, name="compare"),
    path("<int:pk>/withdraw/", filling.withdraw, name="withdraw"),
    path("<int:pk>/take-back/", filling.take_back, name="take_back"),
    path("<int:pk>/county-check/", county.county_check, name="county_check"),
    path("<int:pk>/move-due/", review.move_due, name="move_due"),
    path("uploads/<uuid:pk>/pieces/<int:number>/", uploading.send_piece, name="send_piece"),
    path("uploads/<uuid:pk>/finish/", uploading.finish_upload, name="finish_upload"),
    path("uploads/<uuid:pk>/cancel/", uploading.cancel_upload, name="cancel_upload"),
    path("evidence/<int:pk>/", evidence.evidence, name="evidence"),
    path("evidence/<int:pk>/preview/", evidence.evidence_preview, name="evidence_preview"),
    path("evidence/<int:pk>/view/", viewing.evidence_view, name="evidence_view"),
    path("evidence/<int:pk>/pages/<int:page>/", viewing.evidence_picture, name="evidence_picture"),
    path("evidence/<int:pk>/findings/", viewing.evidence_findings, name="evidence_findings"),
    path("findings/<int:pk>/decide/", viewing.decide_finding, name="decide_finding"),
    path("evidence/<int:pk>/remove/", evidence.remove_evidence, name="remove_evidence"),
    path("evidence/<int:pk>/restore/", evidence.restore_evidence, name="restore_evidence"),
]
