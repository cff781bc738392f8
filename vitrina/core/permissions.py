"""What staff may do: ``resource:action`` names, and the roles the shop comes with."""

from enum import StrEnum


class Permission(StrEnum):
    """What a route or a button asks for; a role is a set of these."""

    PRODUCTS_READ = "products:read"
    PRODUCTS_WRITE = "products:write"
    STOCK_READ = "stock:read"
    STOCK_WRITE = "stock:write"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    ORDERS_NOTE = "orders:note"
    ORDERS_SHIP = "orders:ship"
    ORDERS_CANCEL = "orders:cancel"
    ORDERS_CAPTURE = "orders:capture"
    ORDERS_REFUND = "orders:refund"
    RETURNS_WRITE = "returns:write"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    CREDIT_READ = "credit:read"
    CREDIT_WRITE = "credit:write"
    LEDGER_READ = "ledger:read"
    PROMOTIONS_WRITE = "promotions:write"
    SHIPPING_WRITE = "shipping:write"
    TAX_WRITE = "tax:write"
    REVIEWS_WRITE = "reviews:write"
    SUPPORT_READ = "support:read"
    SUPPORT_WRITE = "support:write"
    MAIL_READ = "mail:read"
    ANALYTICS_READ = "analytics:read"
    SETTINGS_WRITE = "settings:write"
    STAFF_WRITE = "staff:write"
    AUDIT_READ = "audit:read"


P = Permission

ROLES: dict[str, frozenset[Permission]] = {
    "owner": frozenset(Permission),
    "manager": frozenset(Permission) - {P.STAFF_WRITE, P.SETTINGS_WRITE},
    "catalogue": frozenset({P.PRODUCTS_READ, P.PRODUCTS_WRITE, P.STOCK_READ, P.STOCK_WRITE}),
    "fulfilment": frozenset(
        {
            P.PRODUCTS_READ,
            P.STOCK_READ,
            P.STOCK_WRITE,
            P.ORDERS_READ,
            P.ORDERS_NOTE,
            P.ORDERS_SHIP,
            P.RETURNS_WRITE,
        }
    ),
    "support": frozenset(
        {
            P.PRODUCTS_READ,
            P.ORDERS_READ,
            P.ORDERS_NOTE,
            P.RETURNS_WRITE,
            P.CUSTOMERS_READ,
            P.CREDIT_READ,
            P.SUPPORT_READ,
            P.SUPPORT_WRITE,
            P.MAIL_READ,
            P.REVIEWS_WRITE,
        }
    ),
    "analyst": frozenset({P.PRODUCTS_READ, P.ORDERS_READ, P.ANALYTICS_READ, P.LEDGER_READ}),
}
