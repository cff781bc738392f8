"""PayPal, as the simulator plays it."""

from vitrina.simulator.paypal import account, api, news, pages, switches, wire
from vitrina.simulator.provider import Imitation

PAYPAL = Imitation(
    name=wire.NAME,
    blueprints=(api.bp, account.bp, pages.bp, switches.bp),
    sign=news.sign,
)
