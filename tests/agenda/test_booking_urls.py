"""Which booking addresses may be opened, and how the origin is added."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agenda.booking_urls import BookingHosts, with_origin

HOSTS = BookingHosts.of(["rdv.alpha.example", "Beta.example"])
LOCAL = BookingHosts.of(["127.0.0.1:8101", "localhost"], loopback=True)


@pytest.mark.parametrize(
    ("written", "safe"),
    [
        ("https://rdv.alpha.example/a?b=1&c=é".replace("é", "%C3%A9"), "https://rdv.alpha.example/a?b=1&c=%C3%A9"),
        ("https://rdv.alpha.example", "https://rdv.alpha.example/"),
        ("HTTPS://RDV.ALPHA.example/A", "https://rdv.alpha.example/A"),
        ("https://beta.example:443/x#part", "https://beta.example/x#part"),
        ("https://rdv.alpha.example/a|b", "https://rdv.alpha.example/a%7Cb"),
    ],
)
def test_a_registered_https_address_is_rebuilt(written: str, safe: str) -> None:
    assert HOSTS.safe(written) == safe


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "http://rdv.alpha.example/",
        "https://evil.example/",
        "https://evil.example\\@rdv.alpha.example/",
        "https://rdv.alpha.example\\.evil.example/",
        "https://user@rdv.alpha.example/",
        "https://rdv.alpha.example@evil.example/",
        "https://rdv.alpha.example:8443/",
        "https://rdv.alpha.example.evil.example/",
        "https://sub.rdv.alpha.example/",
        "https://rdv.alpha.example./",
        "https://rdv%2ealpha.example/",
        "https://rdv.alpha.example /",
        "https://rdv.alpha.example/a b",
        "https://rdv.alpha.example/\n",
        "\thttps://rdv.alpha.example/",
        "https:rdv.alpha.example/",
        "https:///rdv.alpha.example/",
        "//rdv.alpha.example/",
        "javascript:alert(1)//rdv.alpha.example/",
        "data:text/html,rdv.alpha.example",
        "https://[::1]/",
        "https://[rdv.alpha.example]/",
        "https://127.0.0.1/",
        "https://rdv.alpha.еxample/",
        "https://rdv.alpha.example/\u202e",
        "https://rdv.alpha.example/<script>",
        'https://rdv.alpha.example/"x',
        "https://rdv.alpha.example:99999/",
        "https://rdv.alpha.example/" + "a" * 2048,
    ],
)
def test_anything_else_is_refused(hostile: str) -> None:
    assert HOSTS.safe(hostile) == ""


def test_ip_literals_are_refused_even_when_registered() -> None:
    for host in ("10.0.0.1", "2130706433", "0x7f.1", "127.0.0.1"):
        assert BookingHosts.of([host]).safe(f"https://{host}/") == ""


def test_plain_http_and_ports_are_for_the_local_machine() -> None:
    assert LOCAL.safe("http://127.0.0.1:8101/rdv/1?x=2") == "http://127.0.0.1:8101/rdv/1?x=2"
    assert LOCAL.safe("http://127.0.0.1:8102/") == ""
    assert LOCAL.safe("http://localhost:9999/") == "http://localhost:9999/"
    assert BookingHosts.of(["127.0.0.1:8101"]).safe("http://127.0.0.1:8101/") == ""


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("https://a.example/", "https://a.example/?origin=sas"),
        ("https://a.example/?b=1&c=%20x#part", "https://a.example/?b=1&c=%20x&origin=sas#part"),
        ("https://a.example/?origin=other&b=1", "https://a.example/?b=1&origin=sas"),
        ("https://a.example/?Origin=x&original=1&%6Frigin=y", "https://a.example/?original=1&origin=sas"),
        ("https://a.example/?origin#f", "https://a.example/?origin=sas#f"),
    ],
)
def test_origin_is_added_or_replaced_and_the_rest_is_kept(url: str, opened: str) -> None:
    assert with_origin(url) == opened


@given(st.text(max_size=80), st.sampled_from(["", "https://", "https://rdv.alpha.example", "http://"]))
def test_only_registered_hosts_ever_come_out(text: str, start: str) -> None:
    safe = HOSTS.safe(start + text)
    assert safe == "" or safe.startswith(("https://rdv.alpha.example/", "https://beta.example/"))
    assert safe == "" or HOSTS.safe(safe) == safe
