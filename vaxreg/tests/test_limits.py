"""Limits per address: exact across connections, and forgotten when their window ends."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from vaxreg.actors import client_address, client_network
from vaxreg.limits import count_request, limited
from vaxreg.models import RequestCount


@limited
def form(request):
    return HttpResponse("filed")


def end_window(bucket):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE vaxreg_requestcount SET expires_at = now() - interval '1 second' WHERE bucket = %s", [bucket]
        )


@pytest.mark.django_db
def test_count_request_starts_again_when_the_window_has_ended():
    assert [count_request("a", seconds=60) for _number in range(3)] == [1, 2, 3]
    assert count_request("b", seconds=60) == 1
    end_window("a")
    assert [count_request("a", seconds=60) for _number in range(2)] == [1, 2]


def count_and_close(_number):
    try:
        return count_request("shared", seconds=60)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_count_request_of_several_connections_misses_none():
    with ThreadPoolExecutor(4) as workers:
        counts = list(workers.map(count_and_close, range(40)))
    assert sorted(counts) == list(range(1, 41))


@pytest.mark.django_db
def test_limited_refuses_the_posts_beyond_the_limit_of_one_address_only(settings):
    settings.PUBLIC_FORM_LIMIT = 2
    factory = RequestFactory()
    answers = [form(factory.post("/form/", REMOTE_ADDR="192.0.2.1")).status_code for _number in range(3)]
    assert answers == [200, 200, 429]
    assert form(factory.get("/form/", REMOTE_ADDR="192.0.2.1")).status_code == 200
    assert form(factory.post("/form/", REMOTE_ADDR="192.0.2.2")).status_code == 200


@pytest.mark.django_db
def test_sign_in_is_limited_whatever_names_are_tried(client, settings):
    settings.PUBLIC_FORM_LIMIT = 2
    answers = [client.post("/login/", {"username": f"user{n}", "password": "x"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "Retry-After" in answers[2]


@pytest.mark.django_db
def test_purge_expired_removes_ended_windows_only():
    count_request("ended", seconds=60)
    count_request("running", seconds=60)
    end_window("ended")
    call_command("purge_expired")
    assert list(RequestCount.objects.values_list("bucket", flat=True)) == ["running"]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (0, None, "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (1, "203.0.113.9, nonsense", None),
        (1, "", None),
        (1, None, None),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "203.0.113.9:4711", None),
    ],
)
def test_client_address_believes_our_own_proxies_only(settings, proxies, forwarded, address):
    settings.TRUSTED_PROXY_COUNT = proxies
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", **headers)) == address


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("nonsense", None)],
)
def test_client_network_takes_one_ipv6_customer_for_one(address, network):
    assert client_network(RequestFactory().get("/", REMOTE_ADDR=address)) == network
