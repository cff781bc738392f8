"""Where a parcel can be followed, for the carriers that shops mostly use."""

import re
from urllib.parse import quote

TEMPLATES = {
    "An Post": "https://www.anpost.com/Post-Parcels/Track/History?item={number}",
    "Australia Post": "https://auspost.com.au/mypost/track/#/details/{number}",
    "Canada Post": "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={number}",
    "CDEK": "https://www.cdek.ru/ru/tracking?order_id={number}",
    "Colissimo": "https://www.laposte.fr/outils/suivre-vos-envois?code={number}",
    "Correios": "https://rastreamento.correios.com.br/app/index.php?objetos={number}",
    "Correos": "https://www.correos.es/es/en/tools/tracker/items/details?tracking-number={number}",
    "CTT": "https://appserver.ctt.pt/CustomerArea/PublicArea_Detail?ObjectCodeInput={number}",
    "Deutsche Post": "https://www.deutschepost.de/sendung/simpleQueryResult.html?form.sendungsnummer={number}",
    "DHL": "https://www.dhl.com/global-en/home/tracking.html?tracking-id={number}",
    "DPD": "https://tracking.dpd.de/status/en_US/parcel/{number}",
    "Evri": "https://www.evri.com/track/parcel/{number}",
    "FedEx": "https://www.fedex.com/fedextrack/?trknbr={number}",
    "GLS": "https://gls-group.com/track/{number}",
    "InPost": "https://inpost.pl/en/find-parcel?number={number}",
    "Jadlog": "https://www.jadlog.com.br/jadlog/tracking?cte={number}",
    "La Poste": "https://www.laposte.fr/outils/suivre-vos-envois?code={number}",
    "PostNL": "https://postnl.nl/tracktrace/?B={number}",
    "Poste Italiane": "https://www.poste.it/cerca/index.html#/risultati-spedizioni/{number}",
    "Russian Post": "https://www.pochta.ru/tracking?barcode={number}",
    "Royal Mail": "https://www.royalmail.com/track-your-item#/tracking-results/{number}",
    "SEUR": "https://www.seur.com/livetracking/?segOnlineIdentificador={number}",
    "Swiss Post": "https://service.post.ch/ekp-web/ui/entry/search/{number}",
    "UPS": "https://www.ups.com/track?tracknum={number}",
    "USPS": "https://tools.usps.com/go/TrackConfirmAction?tLabels={number}",
}


def carrier_key(name: str) -> str:
    """A carrier's name as it stands in an address: ``Deutsche Post`` is ``deutschepost``."""
    return re.sub(r"[\W_]", "", name).casefold()


_BY_KEY = {carrier_key(name): url for name, url in TEMPLATES.items()}


def tracking_url(carrier: str, number: str) -> str:
    """The page that follows parcel ``number`` of ``carrier``; "" when the carrier is not known."""
    template = _BY_KEY.get(carrier_key(carrier))
    clean = "".join(number.split())
    return template.format(number=quote(clean, safe="")) if template and clean else ""
