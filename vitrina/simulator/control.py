"""``/_sim``: the switches and windows of the simulator itself, which no real provider has."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.exceptions import HTTPException, NotFound, UnprocessableEntity

from vitrina.simulator import events, faults, ledger
from vitrina.simulator.calls import store
from vitrina.simulator.deliveries import Deliveries
from vitrina.simulator.events import Endpoint

bp = Blueprint("control", __name__, url_prefix="/_sim")

MOST_REDELIVERIES = 1000
MOST_SENDERS = 64


@bp.errorhandler(HTTPException)
def refused(error: HTTPException) -> tuple[Response, int]:
    """Every error here is JSON with one sentence."""
    return jsonify(error=error.description), error.code or 500


@bp.get("/health")
def health() -> Response:
    """It is up; ``providers`` are the ones that it imitates."""
    return jsonify(status="ok", providers=sorted(_deliveries().signs))


@bp.get("/faults")
def list_faults() -> Response:
    with store().transaction() as tx:
        return jsonify(faults=faults.all_of(tx))


@bp.post("/faults")
def add_faults() -> tuple[Response, int]:
    """Switch on one fault, or a list of them. See :class:`vitrina.simulator.faults.Fault`."""
    said = request.get_json()
    try:
        wanted = [faults.read(one) for one in (said if isinstance(said, list) else [said])]
    except faults.WrongFault as error:
        raise UnprocessableEntity(str(error)) from None
    with store().transaction() as tx:
        return jsonify(faults=[faults.add(tx, fault) for fault in wanted]), 201


@bp.delete("/faults")
@bp.delete("/faults/<int:number>")
def clear_faults(number: int | None = None) -> Response:
    with store().transaction() as tx:
        faults.clear(tx, number)
        return jsonify(faults=faults.all_of(tx))


@bp.get("/webhooks")
def show_webhooks() -> Response:
    """Where webhooks go, how they travel, and how many are in each state."""
    with store().transaction() as tx:
        return jsonify(
            endpoints=[asdict(one) for one in events.endpoints(tx)],
            travel=asdict(events.travel_of(tx)),
            events=events.counts(tx),
        )


@bp.post("/webhooks")
def add_webhook() -> tuple[Response, int]:
    """Register ``{provider, url, secret}``; for PayPal the secret is the webhook's id."""
    said = _object("provider", "url", "secret")
    if said.get("provider") not in _deliveries().signs:
        raise UnprocessableEntity(f"provider is one of {', '.join(sorted(_deliveries().signs))}")
    if not str(said.get("url", "")).startswith(("http://", "https://")) or not said.get("secret"):
        raise UnprocessableEntity("url and secret are needed")
    endpoint = Endpoint(said["provider"], str(said["url"]), str(said["secret"]))
    with store().transaction() as tx:
        events.set_endpoint(tx, endpoint)
    return jsonify(asdict(endpoint)), 201


@bp.delete("/webhooks")
def remove_webhooks() -> Response:
    """Forget the endpoints of ``?provider=``, or all."""
    with store().transaction() as tx:
        events.forget_endpoints(tx, request.args.get("provider", ""))
        return jsonify(endpoints=[asdict(one) for one in events.endpoints(tx)])


@bp.put("/travel")
def set_travel() -> Response:
    """Delay, duplicate, shuffle, lose or hold webhooks; what is left out is as usual."""
    try:
        travel = events.read_travel(request.get_json())
    except events.WrongSwitch as error:
        raise UnprocessableEntity(str(error)) from None
    with store().transaction() as tx:
        events.set_travel(tx, travel)
    return jsonify(asdict(travel))


@bp.post("/deliver")
def deliver() -> Response:
    """Send all that has not arrived yet, now, and wait for the answers."""
    return jsonify(asdict(_deliveries().deliver()))


@bp.post("/redeliver")
def redeliver() -> Response:
    """Send every event ``times`` more, ``shuffle``d by ``seed``, from ``parallel`` senders."""
    said = _object("times", "shuffle", "seed", "parallel", "provider")
    times, parallel = said.get("times", 1), said.get("parallel", 1)
    for value, most in ((times, MOST_REDELIVERIES), (parallel, MOST_SENDERS)):
        if type(value) is not int or not 1 <= value <= most:
            raise UnprocessableEntity(f"times and parallel are whole numbers up to {most}")
    tally = _deliveries().redeliver(
        times=times,
        parallel=parallel,
        shuffle=bool(said.get("shuffle")),
        seed=int(said.get("seed", 0)),
        provider=str(said.get("provider", "")),
    )
    return jsonify(asdict(tally))


@bp.get("/ledger")
def show_ledger() -> Response:
    """Sums a payment, and the entries behind them; ``?provider=`` and ``?payment=`` narrow it."""
    with store().transaction() as tx:
        entries = tx.entries(request.args.get("provider", ""), request.args.get("payment", ""))
    return jsonify(payments=ledger.sums(entries), entries=entries)


@bp.get("/objects/<kind>")
def show_objects(kind: str) -> Response:
    """All objects of a kind such as ``stripe.payment_intent``, newest first."""
    with store().transaction() as tx:
        return jsonify(data=tx.find(kind))


@bp.get("/objects/<kind>/<object_id>")
def show_object(kind: str, object_id: str) -> Response:
    with store().transaction() as tx:
        found = tx.get(kind, object_id)
    if found is None:
        raise NotFound(f"no {kind} {object_id}")
    return jsonify(found)


@bp.post("/clock")
def move_clock() -> Response:
    """Move the simulator's time on by ``{"seconds": n}``: pages and authorizations expire."""
    seconds = _object("seconds").get("seconds")
    if type(seconds) is not int or seconds < 0:
        raise UnprocessableEntity("seconds is a whole number; time does not go back")
    with store().transaction() as tx:
        tx.remember("clock", int(tx.setting("clock", 0)) + seconds)
        _deliveries().tick(tx)
        return jsonify(now=tx.now())


@bp.post("/reset")
def reset() -> Response:
    """Forget all but where the webhooks go."""
    store().reset()
    return jsonify(status="ok")


def _deliveries() -> Deliveries:
    found: Deliveries = current_app.extensions["simulator"].deliveries
    return found


def _object(*allowed: str) -> dict[str, Any]:
    """The request's JSON object; 422 when it has other fields than these."""
    said = request.get_json(silent=True) if request.data else {}
    if not isinstance(said, dict) or not set(said) <= set(allowed):
        raise UnprocessableEntity(f"an object with any of {', '.join(allowed)}")
    return said
