"""Files of other shops, and the command that brings them in."""

import csv
from pathlib import Path

SHOPIFY = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,"
    "Option2 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,"
    "Variant Inventory Policy,Variant Price,Variant Compare At Price,Image Src,Image Alt Text"
)


def file(folder: Path, *rows: str, header: str = SHOPIFY, encoding: str = "utf-8") -> Path:
    path = folder / "products.csv"
    path.write_bytes("\r\n".join([header, *rows, ""]).encode(encoding))
    return path


def faults(path: Path) -> list[dict[str, str]]:
    report = path.with_name(path.name + ".errors.csv")
    with report.open(newline="", encoding="utf-8") as found:
        return list(csv.DictReader(found))
