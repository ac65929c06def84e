"""Import of Online Retail II: two years of a British wholesaler's invoices, as accounts, catalog and order history.

Source: Dr Daqing Chen, UCI Machine Learning Repository, "Online Retail II" (CC BY 4.0), prepared as five CSV files.
What the source knows is kept as it is: customers, goods, quantities, prices (GBP), moments and invoice numbers. What
it does not know and an order needs is arithmetic and says so where it is made: categories, stock, credit limits, tax.
"""

from portal.importers.online_retail.importing import ImportReport, import_online_retail
from portal.importers.online_retail.source import ImportProblem

__all__ = ["ImportProblem", "ImportReport", "import_online_retail"]
