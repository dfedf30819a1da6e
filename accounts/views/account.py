"""Signing in, the inbox, and files made in the background."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import FileResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import actions
from accounts.forms import ChangePasswordForm, SignInForm
from accounts.models import Job
from accounts.scripts import asks_json, problems_as_json

PER_PAGE = 50


@method_decorator(login_not_required, name="dispatch")
class Login(auth_views.LoginView):
    """The page, and the same for the dialog that lies over a page whose session has ended."""

    authentication_form = SignInForm
    template_name = "accounts/login.html"

    @property
    def redirect_authenticated_user(self):
        return not asks_json(self.request)

    def form_valid(self, form):
        answer = super().form_valid(form)
        return JsonResponse({"person": self.request.user.pk, "name": str(self.request.user)}) if asks_json(self.request) else answer

    def form_invalid(self, form):
        if asks_json(self.request):
            return problems_as_json([error for errors in form.errors.values() for error in errors], status=422)
        return super().form_invalid(form)


class Logout(auth_views.LogoutView):
    """Ends the session and tells the browser to forget what it kept of it (S-38), unless records of somebody else wait on this device."""

    def post(self, request, *args, **kwargs):
        keep = request.POST.get("keep_storage")
        response = super().post(request, *args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache"' if keep else '"cache", "storage"'
        return response


@login_not_required
def locked_out(request, credentials=None, *args, **kwargs):
    """Too many wrong passwords from one place for one name: a wait, never a lock for everybody."""
    if asks_json(request):
        return problems_as_json([_("密码连续输错多次，本机暂时不能用这个账号登录。请 15 分钟后再试，或联系市政务公开办重新设置密码。")], status=429)
    return render(request, "accounts/locked_out.html", status=429)


@require_http_methods(["GET", "POST"])
def password_change(request):
    form = ChangePasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.save(commit=False)
        actions.change_password(user, by=user, at=timezone.now())
        update_session_auth_hash(request, user)
        messages.success(request, _("密码已修改，下次请用新密码登录。"))
        return redirect("home")
    return render(request, "accounts/password_change.html", {"form": form})


@require_http_methods(["GET", "POST"])
def inbox(request):
    if request.method == "POST":
        actions.read_all(request.user, at=timezone.now())
        return redirect("accounts:inbox")
    paginator = Paginator(request.user.messages.all(), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    unread_count = request.user.messages.unread().count()
    return render(request, "accounts/inbox.html", {"page": page, "pages": paginator.get_elided_page_range(page.number), "unread_count": unread_count})


@require_POST
def message(request, pk):
    """Read a message and go where it leads."""
    found = get_object_or_404(request.user.messages, pk=pk)
    actions.read_message(found, at=timezone.now())
    here = url_has_allowed_host_and_scheme(found.url, allowed_hosts={request.get_host()})
    return redirect(found.url if found.url and here else "accounts:inbox")


@require_GET
def downloads(request):
    paginator = Paginator(Job.objects.visible_to(request.user), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    return render(request, "accounts/downloads.html", {"page": page, "pages": paginator.get_elided_page_range(page.number)})


@require_GET
def job(request, pk):
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    template = "accounts/_job.html" if request.htmx else "accounts/job.html"
    return render(request, template, {"job": found})


@require_GET
def download(request, pk):
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk, state=Job.State.DONE)
    response = FileResponse(default_storage.open(found.file), as_attachment=True, filename=found.filename)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
