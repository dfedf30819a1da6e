from django.urls import path

from accounts.views import account, outside, people, second_factor, signing_in

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
    path("link/<str:secret>/", signing_in.sign_in_link, name="sign_in_link"),
    path("forgotten/", signing_in.forgotten, name="forgotten"),
    path("oidc/", outside.oidc, name="oidc"),
    path("oidc/back/", outside.oidc_back, name="oidc_back"),
    path("cas/", outside.cas, name="cas"),
    path("cas/back/", outside.cas_back, name="cas_back"),
    path("first/<str:secret>/", signing_in.first_administrator, name="first_administrator"),
    path("second-factor/", second_factor.second_factor, name="second_factor"),
    path("second-factor/code/", second_factor.verify, name="verify"),
    path("people/<int:pk>/second-factor/", people.reset_second_factor, name="reset_second_factor"),
    path("people/", people.people, name="people"),
    path("people/add/", people.add_person, name="add_person"),
    path("people/invite/", people.invite, name="invite"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/change/", people.change_person, name="change_person"),
    path("people/<int:pk>/move/", people.move_person, name="move_person"),
    path("people/<int:pk>/role/", people.grant_role, name="grant_role"),
    path("people/<int:pk>/disable/", people.disable_person, name="disable_person"),
    path("people/<int:pk>/enable/", people.enable_person, name="enable_person"),
    path("people/<int:pk>/unlock/", people.unlock_person, name="unlock_person"),
    path("people/roles/<int:pk>/end/", people.end_role, name="end_role"),
]
