"""A small folder of Online Retail files, written by hand, and ways to spoil it."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

ACCOUNTS = """\
Customer ID,Country,orders,lines,products,units,revenue_gbp,first_order,last_order,median_days_between_orders,tier,\
dealer,country_iso,currency,locale
13085,United Kingdom,6,9,5,400,1234.5,2009-12-01,2011-01-05,10,standard,1,GB,GBP,en-GB
12347,France,20,3,5,90,20000.0,2010-02-03,2011-08-02,53.8,key,1,FR,EUR,fr-FR
16320,Unspecified,6,2,2,20,60.0,2010-06-27,2011-06-20,60.2,regular,1,,GBP,en-GB
99001,United Kingdom,1,1,1,1,4.0,2010-02-03,2010-02-03,,occasional,0,GB,GBP,en-GB
"""

PRODUCTS = """\
StockCode,Description,other_descriptions,lines,orders,accounts,units,first_sold,last_sold,price_min,price_max,\
price_mode,pack_qty_mode,median_line_qty,active
85048,15CM CHRISTMAS GLASS BALL 20 LIGHTS,,50,50,20,900,2009-12-01,2011-10-13,6.0,8.0,6.95,12,12.0,1
79323P,PINK CHERRY LIGHTS,CHERRY LIGHTS PINK,40,40,20,150,2009-12-01,2011-10-13,5.0,7.0,6.75,4,2.0,1
22041,"RECORD FRAME 7"" SINGLE SIZE",,30,30,20,3000,2009-12-01,2011-10-13,1.5,2.55,2.1,1,,0
"""

PRICE_LEVELS = """\
StockCode,Price,lines,accounts,qty_min,qty_median,qty_max,first_seen,last_seen
85048,6.95,40,20,12,12.0,12,2010-10-17,2011-04-18
85048,6.35,9,5,24,30.0,96,2010-10-17,2011-04-18
85048,8.0,5,5,1,1.0,2,2010-10-17,2011-04-18
79323P,6.75,40,20,1,2.0,12,2010-10-17,2011-04-18
22041,2.1,40,20,1,3.0,12,2010-10-17,2011-04-18
22041,1.853,9,5,48,48.0,96,2010-10-17,2011-04-18
"""

ORDER_LINES = """\
Invoice,InvoiceDate,Customer ID,StockCode,Quantity,Price
489434,2009-12-01 07:45:00,13085,85048,12,6.95
489434,2009-12-01 07:45:00,13085,79323P,12,6.75
489434,2009-12-01 07:46:00,13085,22041,48,2.1
489500,2010-02-03 12:00:00,12347,85048,24,6.35
489500,2010-02-03 12:00:00,12347,22041,3,1.855
489501,2010-02-03 12:30:00,99001,22041,2,2.0
489600,2010-07-01 09:00:00,13085,22041,1,2.1
489700,2010-12-31 23:30:00,16320,79323P,2,6.75
489800,2011-01-05 10:00:00,13085,85048,12,6.95
489800,2011-01-05 10:00:00,13085,79323P,1,6.75
"""

FILES = {
    "accounts.csv.gz": ACCOUNTS,
    "products.csv.gz": PRODUCTS,
    "price_levels.csv.gz": PRICE_LEVELS,
    "order_lines.csv.gz": ORDER_LINES,
}


def write_sample(folder: Path, **replaced: str) -> Path:
    """Write the files into ``folder``; ``replaced`` gives other texts by file name without its endings."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        content = replaced.get(name.partition(".")[0], text)
        (folder / name).write_bytes(gzip.compress(content.encode()))
    return folder


def shared_folder() -> Path:
    """Where the real files would be: PORTAL_SHARED_DIR, else a folder ``shared`` beside the project."""
    beside = Path(__file__).resolve().parents[4] / "shared"
    return Path(os.environ.get("PORTAL_SHARED_DIR", beside)) / "data" / "online_retail"
