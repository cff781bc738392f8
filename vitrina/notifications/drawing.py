"""The drawing that comes with an order, as a picture inside the mail."""

from vitrina.drawing.ornaments import order_picture

CID = "order-drawing"
SOURCE = f"cid:{CID}"
WIDTH_PX = 1072  # twice the width at which it is shown


def drawing_of(html: str, subject_ref: str) -> bytes | None:
    """The PNG that ``html`` refers to; None when it refers to none.

    It is drawn again from the order's number whenever it is needed, so no mail has to keep it.
    """
    kind, _, number = subject_ref.partition(":")
    if kind != "order" or SOURCE not in html:
        return None
    return order_picture(number, WIDTH_PX)
