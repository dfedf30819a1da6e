from django.urls import path

from inspections.views import desk, guidance

app_name = "inspections"

urlpatterns = [
    path("review/", desk.review_list, name="review_list"),
    path("review/<int:pk>/", desk.review, name="review"),
    path("review/<int:pk>/<str:code>/score/", desk.desk_score, name="desk_score"),
    path("review/<int:pk>/finish/", desk.finish_desk, name="finish_desk"),
    path("review/<int:pk>/<str:code>/agree/", desk.agree_desk, name="agree_desk"),
    path("review/<int:pk>/<str:code>/collect-return/", desk.collect_return, name="collect_return"),
    path("review/<int:pk>/return/", desk.send_return, name="send_return"),
    path("review/<int:pk>/accept/", desk.accept, name="accept"),
    path("review/<int:pk>/decline/", desk.decline, name="decline"),
    path("review/<int:pk>/<str:code>/approve-exemption/", desk.approve_exemption, name="approve_exemption"),
    path("review/<int:pk>/<str:code>/refuse-exemption/", desk.refuse_exemption, name="refuse_exemption"),
    path("guidance/<int:pk>/", guidance.guidance, name="guidance"),
    path("rectifications/", guidance.rectification_list, name="rectification_list"),
    path("rectifications/<int:pk>/", guidance.rectification, name="rectification"),
    path("rectifications/<int:pk>/answer/", guidance.answer_rectification, name="answer_rectification"),
    path("rectifications/<int:pk>/settle/", guidance.settle_rectification, name="settle_rectification"),
    path("rectifications/files/<int:pk>/", guidance.rectification_file, name="rectification_file"),
    path("rectifications/files/<int:pk>/preview/", guidance.rectification_file_preview, name="rectification_file_preview"),
    path("applications/<int:pk>/require-rectification/", guidance.require_rectification, name="require_rectification"),
]
