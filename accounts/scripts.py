"""What a script in the page asks for and is told: JSON and a status, never a page it cannot read."""

from django.http import JsonResponse


def asks_json(request):
    return request.headers.get("Accept") == "application/json"


def problems_as_json(sentences, status):
    return JsonResponse({"problems": [str(sentence) for sentence in sentences]}, status=status)
