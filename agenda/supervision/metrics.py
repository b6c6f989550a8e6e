"""Figures for Prometheus, from what every process shares: any of them may answer the scrape with the same truth."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Min, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from agenda.models import Editor, EditorState
from agenda.supervision import tallies
from agenda.supervision.breakers import paused
from agenda.supervision.figures import EDGES_MS, MORE
from agenda.supervision.models import Anomaly, CallCount, Kind, Unit, WatchedCertificate
from sasportal.outbox.models import Delivery, DeliveryState


@require_safe
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer whoever shows METRICS_TOKEN as a bearer; without one set, this machine alone, outside production."""
    if not _allowed(request):
        return HttpResponse("Jeton absent ou faux.\n", status=403, content_type="text/plain; charset=utf-8")
    tallies.tally()
    shared = CollectorRegistry()
    shared.register(SharedFigures())
    return HttpResponse(generate_latest(shared) + generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def _allowed(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        return constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}")
    try:
        return not settings.PRODUCTION and ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class SharedFigures(Collector):
    """Read at each scrape; names of editors and codes only, nobody's data."""

    def collect(self) -> Iterable[Metric]:
        names = dict(Editor.objects.values_list("pk", "name"))
        yield from editors(names)
        yield from calls(names)
        yield from tickets(names)
        yield deliveries()


def editors(names: dict[int, str]) -> Iterator[Metric]:
    on = GaugeMetricFamily("sas_editor_on", "1 when the editor is asked, 0 when it is switched off.", labels=["editor"])
    held = GaugeMetricFamily("sas_editor_paused", "1 while the breaker keeps the editor back.", labels=["editor"])
    kept_back = paused(list(names))
    for key, state in Editor.objects.values_list("pk", "state"):
        on.add_metric([names[key]], float(state == EditorState.ON))
        held.add_metric([names[key]], float(key in kept_back))
    yield on
    yield held
    left = GaugeMetricFamily(
        "sas_certificate_expires_in_seconds", "Until the first certificate of this use expires.",
        labels=["editor", "use"],
    )  # fmt: skip
    now = timezone.now()
    first = WatchedCertificate.objects.values_list("editor", "use").annotate(first=Min("expires_at"))
    for key, use, expires_at in first.order_by("editor", "use"):
        left.add_metric([names[key], use], (expires_at - now).total_seconds())
    yield left


def calls(names: dict[int, str]) -> Iterator[Metric]:
    """Totals since the first day: days are never forgotten, so that counters only grow."""
    outcomes = CounterMetricFamily("sas_editor_calls", "Calls by outcome.", labels=["editor", "outcome"])
    rejects = CounterMetricFamily("sas_editor_rejects", "Resources left out, by reason.", labels=["editor", "reason"])
    durations: dict[int, dict[str, int]] = {}
    days = CallCount.objects.filter(unit=Unit.DAY).exclude(kind=Kind.SLOTS)
    rows = days.values_list("editor", "kind", "code").annotate(total=Sum("count")).order_by("editor", "kind", "code")
    for key, kind, code, total in rows:
        match Kind(kind):
            case Kind.OUTCOME:
                outcomes.add_metric([names[key], code], total)
            case Kind.REJECT:
                rejects.add_metric([names[key], code], total)
            case _:
                durations.setdefault(key, {})[code] = total
    yield outcomes
    yield rejects
    yield histogram(names, durations)


def histogram(names: dict[int, str], durations: dict[int, dict[str, int]]) -> Metric:
    found = HistogramMetricFamily("sas_editor_call_seconds", "Response times of editors.", labels=["editor"])
    for key, counts in durations.items():
        below, buckets = 0, []
        for edge in EDGES_MS:
            below += counts.get(str(edge), 0)
            buckets.append((str(edge / 1000), float(below)))
        buckets.append(("+Inf", float(below + counts.get(MORE, 0))))
        found.add_metric([names[key]], buckets, sum_value=None)
    return found


def tickets(names: dict[int, str]) -> Iterator[Metric]:
    found = GaugeMetricFamily("sas_anomalies_open", "Open anomalies.", labels=["editor", "severity"])
    rows = Anomaly.objects.filter(closed_at=None).order_by().values_list("editor", "severity").annotate(Count("pk"))
    for key, severity, count in rows:
        found.add_metric([names[key], severity], count)
    yield found


def deliveries() -> Metric:
    found = GaugeMetricFamily("sas_deliveries", "Deliveries of the outbox by state.", labels=["channel", "state"])
    waiting = Delivery.objects.filter(state__in=[DeliveryState.PENDING, DeliveryState.DEAD])
    for channel, state, count in waiting.order_by().values_list("channel", "state").annotate(Count("pk")):
        found.add_metric([channel, state], count)
    return found
