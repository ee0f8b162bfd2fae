"""CDNOW's purchase records: reading, keys, prices, comparison, progress."""

import datetime
import io
import tempfile
import unittest
import unittest.mock
import zipfile
from pathlib import Path

from devkit import cdnow, cdnowdata, cli, progress
from devkit.ui import Failure

SAMPLE = [
    " 00004 0001 19970101  2   29.33\r",
    " 00004 0001 19970118  2   29.73\r",
    " 00021 0002 19970101  3   63.34\r",
]
MASTER = [
    " customer_id  date number_of_cds  dollar_value\r",
    " 00004 19970101  2   29.33\r",
    " 00004 19970118  2   29.73\r",
    " 00021 19970101  3   63.34\r",
]


def record(customer="00004", day=1, number=1, pieces=2, cents=2933):
    """Return a record of January 1997."""
    day = datetime.date(1997, 1, day)
    return cdnowdata.Record(customer, day, number, pieces, cents)


class TestParsing(unittest.TestCase):
    def test_sample(self):
        records = cdnowdata.parse(SAMPLE, "sample")
        self.assertEqual(len(records), 3)
        self.assertEqual(records[0], record())
        self.assertEqual(records[2].cents, 6334)

    def test_the_master_file_gives_the_same_records(self):
        self.assertEqual(
            cdnowdata.parse(SAMPLE, "sample"), cdnowdata.parse(MASTER, "master")
        )

    def test_bad_lines(self):
        for line, reason in (
            (" 00004 0001 19970230  2   29.33", "day"),
            (" 00004 0001 19970101  0   29.33", "no CD"),
            (" 00004 0001 19970101  2   29.3", "not a purchase"),
            (" 00004 0001 19970101  2  -29.33", "not a purchase"),
            (" 00004 0001 19970101  2", "not a purchase"),
            ("<html>", "not a purchase"),
            (" customer_id  date number_of_cds  dollar_value", "not a purchase"),
        ):
            with self.subTest(line=line):
                with self.assertRaisesRegex(Failure, f"file, line 2: .*{reason}"):
                    cdnowdata.parse([SAMPLE[0], line], "file")

    def test_empty_file(self):
        with self.assertRaisesRegex(Failure, "no records"):
            cdnowdata.parse([], "file")

    def test_archive(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "x.whl"
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr(cdnowdata.SAMPLE, "\n".join(SAMPLE))
            self.assertEqual(len(cdnowdata.read_archive(path, cdnowdata.SAMPLE)), 3)
            with self.assertRaisesRegex(Failure, "no readable"):
                cdnowdata.read_archive(path, cdnowdata.MASTER)
            path.write_text("not a zip file")
            with self.assertRaisesRegex(Failure, "no readable"):
                cdnowdata.read_archive(path, cdnowdata.SAMPLE)


class TestKeys(unittest.TestCase):
    def test_key(self):
        self.assertEqual(record().key, "CDNOW/00004/19970101/1")

    def test_the_same_purchase_twice_a_day_is_two(self):
        records = cdnowdata.parse([SAMPLE[0], SAMPLE[0], SAMPLE[1]], "sample")
        self.assertEqual(
            [r.key for r in records],
            [
                "CDNOW/00004/19970101/1",
                "CDNOW/00004/19970101/2",
                "CDNOW/00004/19970118/1",
            ],
        )

    def test_first_customers_of_the_file_oldest_purchase_first(self):
        late, early, other = record(day=3), record("00002", day=1), record("00001")
        chosen = cdnowdata.first_customers([late, early, other], 2)
        self.assertEqual(chosen, [early, late])

    def test_more_customers_than_there_are(self):
        self.assertEqual(cdnowdata.first_customers([record()], 9), [record()])


class TestPrices(unittest.TestCase):
    def test_exact_to_the_cent_and_the_piece(self):
        for pieces in range(1, 41):
            for cents in (0, 1, 99, 2933, 50697):
                lines = cdnowdata.lines(pieces, cents)
                self.assertEqual(sum(q * price for q, price in lines), cents)
                self.assertEqual(sum(q for q, price in lines), pieces)
                self.assertLessEqual(len(lines), 2)

    def test_one_line_where_it_divides(self):
        self.assertEqual(cdnowdata.lines(3, 3000), [(3, 1000)])


class TestComparison(unittest.TestCase):
    def setUp(self):
        self.records = [record(), record("00021", cents=0)]
        self.there = {r.key: cdnowdata.expected(r) for r in self.records}

    def differing(self, **values):
        key = self.records[0].key
        self.there[key] = self.there[key]._replace(**values)
        return cdnowdata.differences(self.records, self.there)

    def test_equal(self):
        self.assertEqual(cdnowdata.differences(self.records, self.there), [])

    def test_free_is_not_invoiced(self):
        free = cdnowdata.expected(self.records[1])
        self.assertEqual((free.orders, free.invoices, free.due), (1, 0, None))

    def test_a_purchase_is_missing(self):
        del self.there[self.records[0].key]
        self.assertEqual(
            cdnowdata.differences(self.records, self.there), self.records[:1]
        )

    def test_doubled_or_a_cent_off_or_unpaid_or_due_another_day(self):
        for values in (
            {"orders": 2},
            {"cents": 2934},
            {"paid": 0, "invoices": 0},
            {"due": datetime.date(1997, 1, 2)},
            {"pieces": 3},
        ):
            with self.subTest(values):
                self.setUp()
                self.assertEqual(self.differing(**values), self.records[:1])

    def test_totals(self):
        self.assertEqual(
            cdnowdata.totals(self.records),
            {"customers": 2, "orders": 2, "pieces": 4, "cents": 2933, "free": 1},
        )
        self.assertEqual(cdnowdata.dollars(24409104), "244,091.04 USD")


class TestProgress(unittest.TestCase):
    def setUp(self):
        self.now, self.out = 0.0, io.StringIO()

    def progress(self, total, before):
        return progress.Progress(
            "orders", total, before, out=self.out, clock=lambda: self.now
        )

    def test_rate_and_time_to_go_leave_out_what_was_done_before(self):
        shown = self.progress(1000, 500)
        self.now = 10
        shown.add(100)
        self.assertEqual(
            self.out.getvalue(),
            "   orders: 600 of 1,000 (60 %), 10.0/s, 40 s to go\n",
        )

    def test_nothing_to_do(self):
        self.progress(7, 7).finish()
        self.assertEqual(self.out.getvalue(), "   orders: 7 of 7\n")

    def test_no_line_more_often_than_every_few_seconds(self):
        shown = self.progress(3, 0)
        self.now = progress.EVERY - 1
        shown.add(1)
        self.assertEqual(self.out.getvalue(), "")

    def test_duration(self):
        self.assertEqual(progress.duration(59.6), "60 s")
        self.assertEqual(progress.duration(75), "1 min 15 s")
        self.assertEqual(progress.duration(3700), "1 h 01 min")


class TestCommand(unittest.TestCase):
    def test_the_package_is_pinned_with_its_hash(self):
        self.assertEqual(cdnow.pinned()[0], "lifetimes")
        self.assertIn("--hash=sha256:", cdnow.LOCK_FILE.read_text())

    def test_options(self):
        parse = cli.make_parser().parse_args
        self.assertEqual(parse(["import-cdnow", "--customers", "5"]).customers, 5)
        for wrong in ("0", "-1", "x"):
            with self.assertRaises(SystemExit), unittest.mock.patch("sys.stderr"):
                parse(["import-cdnow", "--customers", wrong])
