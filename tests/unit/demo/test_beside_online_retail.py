from sqlalchemy import func, select

from portal.accounts.models import Account, TaxProfile
from portal.accounts.queries import buyer_of
from portal.catalog.models import Variant
from portal.catalog.queries import variants_by_sku
from portal.demo import seed
from portal.importers.online_retail import import_online_retail
from portal.orders.models import Order
from tests.unit.demo.conftest import PASSWORD, TODAY
from tests.unit.importers.samples import write_sample


def test_the_demo_and_online_retail_live_in_one_database_and_do_not_see_each_other(database, tmp_path):
    report = seed(database, today=TODAY, password=PASSWORD, progress=False)
    imported = import_online_retail(database, write_sample(tmp_path), progress=False)
    assert (imported.accounts, imported.products, imported.orders) == (3, 3, 5)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == report.orders + 5
        assert session.scalar(select(func.count()).where(TaxProfile.code == "GB")) == 1
        skus = session.scalars(select(Variant.sku)).all()
        seen = {}
        for code in ("KR-1001", "US-2002", "OR-13085"):
            account_id = session.scalars(select(Account.id).where(Account.code == code)).one()
            buyer = buyer_of(session, account_id)
            seen[code] = {row.sku for row in variants_by_sku(session, buyer, skus, 1, "en")}
    assert seen["OR-13085"] == {"85048", "79323P", "22041"}
    assert len(skus) == 303
    assert not (seen["KR-1001"] | seen["US-2002"]) & seen["OR-13085"]
    assert len(seen["US-2002"]) > 100
