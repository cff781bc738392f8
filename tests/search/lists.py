"""Lists of products, as a buyer asks for them."""

from vitrina.search.queries import Page


def titles(page: Page) -> list[str]:
    return [card.title for card in page.cards]
